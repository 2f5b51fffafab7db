"""The figure of a velocity field: what misleads decides no color, and each spaxel has its main reason."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from skies import rotated

from cubeclust.plots import velocity
from cubeclust.plots.velocity import main_reason, panels, plot_velocity
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import VelocityFlag

SHAPE = (20, 30)


@pytest.fixture
def field() -> VelocityField:
    """Velocities -150..150 by column, of which those of the first row are absurd and flagged, those of the last NaN."""
    speed = np.broadcast_to(np.linspace(-150, 150, 30), SHAPE).astype(np.float32).copy()
    flag = np.zeros(SHAPE, np.int32)
    speed[0], flag[0] = 1e6, VelocityFlag.FAR | VelocityFlag.GUESS
    speed[-1], flag[-1] = np.nan, VelocityFlag.NO_VELOCITY
    flag[5, :7] = VelocityFlag.PROFILE
    known = np.full(SHAPE, 10, np.float32)
    return VelocityField(speed, known, 2 * known, 3 * known, np.full(SHAPE, 2), flag, 0.0038, wcs=rotated(20))


def drawn(monkeypatch: pytest.MonkeyPatch, field: VelocityField, white_light: np.ndarray | None = None) -> Figure:
    figures: list[Figure] = []
    monkeypatch.setattr("cubeclust.plots.velocity.save", lambda figure, path, dots: figures.append(figure))
    plot_velocity(Path("none.png"), field, white_light, "title")
    return figures[0]


def test_colors_are_symmetric_and_those_of_good_spaxels(field: VelocityField) -> None:
    panel = panels(field)[0]
    expected = np.percentile(np.abs(field.velocity[1:-1]), 98)
    assert (panel.norm.vmin, panel.norm.vmax) == pytest.approx((-expected, expected))
    np.testing.assert_array_equal(np.isnan(panel.image), field.misleading)
    np.testing.assert_array_equal(panel.image[1:-1], field.velocity[1:-1])


def test_two_of_the_images_that_are_known_are_shown(field: VelocityField) -> None:
    unknown = np.full(SHAPE, np.nan, np.float32)
    for missing, shown in (("sigma", ("error", "snr")), ("snr", ("error", "sigma")), ("error", ("snr", "sigma"))):
        others = panels(replace(field, **{missing: unknown}))[1:]
        for panel, name in zip(others, shown, strict=True):
            np.testing.assert_array_equal(panel.image[1:-1], getattr(field, name)[1:-1])
    assert len(panels(replace(field, error=unknown, snr=unknown, sigma=unknown))) == 1


def test_field_of_which_nothing_is_known_is_drawn(monkeypatch: pytest.MonkeyPatch, field: VelocityField) -> None:
    nothing = np.full(SHAPE, np.nan, np.float32)
    figure = drawn(monkeypatch, replace(field, velocity=nothing, error=nothing, sigma=nothing, snr=nothing, wcs=None))
    figure.canvas.draw()
    velocity_axes, flag_axes = figure.axes
    assert velocity_axes.images[1].norm.vmax == 1
    assert flag_axes.get_position().y0 == pytest.approx(velocity_axes.get_position().y0), "one row"


def test_a_single_row_is_drawn_without_isophotes(monkeypatch: pytest.MonkeyPatch, field: VelocityField) -> None:
    names = ("velocity", "error", "sigma", "snr", "n_lines", "flag")
    row = replace(field, **{name: getattr(field, name)[5:6] for name in names})
    figure = drawn(monkeypatch, row, np.arange(30.0)[None])
    np.testing.assert_array_equal(figure.axes[0].images[1].get_array(), row.velocity)


def test_misleading_spaxels_are_striped_below_every_panel(
    monkeypatch: pytest.MonkeyPatch, field: VelocityField
) -> None:
    for axes in drawn(monkeypatch, field).axes[:3]:
        stripes, image = axes.images
        np.testing.assert_array_equal(np.all(stripes.get_array() == 1, axis=2), ~field.misleading)
        np.testing.assert_array_equal(np.ma.getmaskarray(image.get_array()), field.misleading)


def test_every_panel_has_its_sky(monkeypatch: pytest.MonkeyPatch, field: VelocityField) -> None:
    grid = drawn(monkeypatch, field).axes[:4]
    assert [[axis.get_axislabel() for axis in axes.coords] for axes in grid] == 4 * [["RA (ICRS)", "DEC (ICRS)"]]


def test_each_spaxel_is_counted_once_by_its_main_reason(monkeypatch: pytest.MonkeyPatch, field: VelocityField) -> None:
    (legend,) = drawn(monkeypatch, field).legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["no flag  (533)", "no velocity  (30)", "guess  (30)", "profile, kept  (7)"]


def test_reason_that_drops_a_spaxel_matters_more_than_one_that_does_not(field: VelocityField) -> None:
    order = velocity._ORDER
    assert sorted(order) == sorted(VelocityFlag), "each flag has a place and a color"
    both = replace(field, flag=np.full(SHAPE, VelocityFlag.GUESS | VelocityFlag.PROFILE, np.int32))
    assert order[main_reason(both)[0, 0] - 1] == VelocityFlag.GUESS
    other = replace(both, dropped=VelocityFlag.PROFILE)
    assert order[main_reason(other)[0, 0] - 1] == VelocityFlag.PROFILE


def test_isophotes_lie_where_the_light_is(monkeypatch: pytest.MonkeyPatch, field: VelocityField) -> None:
    y, x = np.indices(SHAPE)
    light = np.exp(-0.5 * ((x - 22) ** 2 + (y - 8) ** 2) / 4.0**2)
    light[0, 0] = np.nan
    plain, lit = (drawn(monkeypatch, field, image).axes for image in (None, light))
    (contours,) = set(map(type, lit[0].collections)) - set(map(type, plain[0].collections))
    (shown,) = (each for each in lit[0].collections if isinstance(each, contours))
    brightest = shown.get_paths()[-1].vertices
    np.testing.assert_allclose((brightest.max(axis=0) + brightest.min(axis=0)) / 2, (22, 8), atol=0.3)
