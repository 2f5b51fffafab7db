"""Blocks of rows hold every spectrum of an area once, in order, whatever the memory."""

from pathlib import Path

import numpy as np
import pytest
from skies import make_sky, write_sky

from cubeclust.errors import InputError
from cubeclust.io.cubes.cube_file import CubeFile, open_cube
from cubeclust.io.cubes.row_blocks import RowBlocks
from cubeclust.runtime.progress import Silent

ROW = 2 * 2 * 4 * 20 * 7  # bytes: flux and variance, twice, float32, channels, columns


@pytest.fixture
def cube_file(tmp_path: Path) -> CubeFile:
    return open_cube(write_sky(tmp_path / "sky.fits", make_sky(ny=11, nx=9, n_wave=20)))


def blocks(cube_file: CubeFile, room: int, excluded: np.ndarray | None = None) -> RowBlocks:
    excluded = np.zeros((11, 9), bool) if excluded is None else excluded
    return RowBlocks.of(cube_file, (slice(1, 11), slice(2, 9)), excluded, room, Silent())


@pytest.mark.parametrize(("room", "height"), [(10 * ROW, 10), (10 * ROW - 1, 9), (3 * ROW, 3), (ROW, 1), (10**9, 10)])
def test_every_spectrum_once(cube_file: CubeFile, room: int, height: int) -> None:
    excluded = np.zeros((11, 9), bool)
    excluded[4, 3:6] = excluded[6] = True
    made, flux = blocks(cube_file, room, excluded), make_sky(ny=11, nx=9, n_wave=20).flux
    assert made.height == height
    for _ in range(2):
        parts = list(made)
        assert all(0 < len(np.unique(part.y)) <= height for part in parts)
        y, x = (np.concatenate([getattr(part, name) for part in parts]) for name in ("y", "x"))
        expected = np.zeros((11, 9), bool)
        expected[1:, 2:] = ~excluded[1:, 2:]
        np.testing.assert_array_equal(np.stack([y, x], axis=1), np.argwhere(expected))
        np.testing.assert_array_equal(np.concatenate([part.flux for part in parts]), flux[:, y, x].T)


def test_no_room_for_a_row(cube_file: CubeFile) -> None:
    blocks(cube_file, ROW).require_room()
    with pytest.raises(InputError, match=r"one row of spaxels takes .*raise --memory or narrow it by --crop"):
        blocks(cube_file, ROW - 1).require_room()
