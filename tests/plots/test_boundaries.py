"""Outlines of classes."""

import numpy as np
import pytest

from cubeclust.plots.boundaries import outline


@pytest.mark.parametrize("factor", [1, 4])
def test_outline_of_one_spaxel_is_a_square_just_inside(factor: int) -> None:
    inside = np.zeros((5, 6), bool)
    inside[3, 2] = True
    ends = (outline(inside, factor).reshape(-1, 2) + 0.5) / factor - 0.5  # in spaxels
    assert len(ends) == 8
    assert ends.min(axis=0) == pytest.approx([1.5, 2.5])
    assert ends.max(axis=0) == pytest.approx([2.5, 3.5])
    middles = ends.reshape(4, 2, 2).mean(axis=1)
    assert np.abs(middles - [2, 3]).sum(axis=1) == pytest.approx([0.42] * 4), "not on the edge: the neighbor's line is"


def test_every_edge_between_in_and_out_is_drawn_once() -> None:
    inside = np.random.default_rng(0).random((12, 17)) < 0.4
    padded = np.pad(inside, 1)
    edges = sum(np.count_nonzero(np.diff(padded.astype(int), axis=axis)) for axis in (0, 1))
    lines = outline(inside)
    assert len(lines) == edges
    assert np.linalg.norm(lines[:, 1] - lines[:, 0], axis=1) == pytest.approx(np.ones(edges))
    x, y = np.round(lines.mean(axis=1)).astype(int).T
    assert inside[y, x].all(), "each line lies in a spaxel of the class"


def test_no_outline_without_spaxels() -> None:
    assert outline(np.zeros((3, 4), bool)).shape == (0, 2, 2)
