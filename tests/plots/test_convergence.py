"""The course of a fit as drawn."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from cubeclust.clustering import Clustering
from cubeclust.plots.convergence import plot_convergence


def drawn(monkeypatch: pytest.MonkeyPatch, iterations: int, **history: np.ndarray) -> Figure:
    figures: list[Figure] = []
    monkeypatch.setattr("cubeclust.plots.convergence.save", lambda figure, path: figures.append(figure))
    clustering = Clustering(np.zeros(3, int), 1, history=history, iterations=iterations)
    plot_convergence(Path("none.png"), clustering, "NGC $_{ 1068", "not converged after so many")
    return figures[0]


def test_each_history_has_a_panel_with_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    history = {
        "gemini": np.linspace(0.1, 3, 201),
        "used_clusters": np.repeat([5.0, 4.0], [101, 100]),
        "marginal_error": np.geomspace(1, 1e-6, 201),
    }
    figure = drawn(monkeypatch, 200, **history)
    assert len(figure.axes) == 3
    assert [axes.get_ylabel() for axes in figure.axes] == ["GEMINI", "clusters\nused", "marginal\nerror"]
    for axes, values in zip(figure.axes, history.values(), strict=True):
        (line,) = axes.lines
        assert np.array_equal(line.get_xdata(), np.arange(201))
        assert np.array_equal(line.get_ydata(), values)
        assert axes.get_xscale() == "log", "200 iterations: the first ones leave room for the rest"
    assert [axes.get_yscale() for axes in figure.axes] == ["linear", "linear", "symlog"]
    assert "not converged after so many" in figure.get_suptitle()


@pytest.mark.parametrize("sign", [1, -1])
def test_last_half_is_shown_apart_where_the_curve_is_not(monkeypatch: pytest.MonkeyPatch, sign: int) -> None:
    """A steep start squashes the rest: the inset has the range of the last half, below or above the curve."""
    values = sign * (1 - np.exp(-np.arange(61) / 5.0))
    (axes,) = drawn(monkeypatch, 60, objective=values).axes
    (inset,) = axes.child_axes
    assert np.array_equal(inset.lines[0].get_ydata(), values[30:])
    low, high = inset.get_ylim()
    assert high - low < 0.01
    place = inset.get_position().transformed(axes.transAxes.inverted())
    end = axes.transLimits.transform((60, values[-1]))[1]
    assert place.y1 < end if sign > 0 else place.y0 > end


@pytest.mark.parametrize(("length", "first"), [(12, 1), (13, 0)])
def test_values_are_those_after_so_many_iterations(monkeypatch: pytest.MonkeyPatch, length: int, first: int) -> None:
    """A history may have the value before the first iteration or not."""
    (axes,) = drawn(monkeypatch, 12, lower_bound=np.arange(float(length)) ** 0.5).axes
    assert axes.get_xscale() == "linear"
    assert axes.lines[0].get_xdata()[[0, -1]].tolist() == [first, 12]


@pytest.mark.parametrize("values", [np.zeros(201), np.full(2, 3.5), np.array([2.0]), np.full(201, -1.5)])
def test_course_without_change_can_be_drawn(monkeypatch: pytest.MonkeyPatch, values: np.ndarray) -> None:
    figure = drawn(monkeypatch, len(values) - 1, objective=values, relabeled=np.zeros(len(values)))
    figure.canvas.draw()
    low, high = figure.axes[0].get_ylim()
    assert low <= values[0] < high
