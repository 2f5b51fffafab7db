import numpy as np
import pytest

from cubeclust.simulation.noise import RESAMPLED, WHITE

NOISE = RESAMPLED.draw(3, 0, 120, (70, 60)).astype(np.float64)


def test_a_voxel_has_variance_1() -> None:
    assert NOISE.var() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_neighbors_share_noise_along_each_direction(axis: int) -> None:
    near = np.moveaxis(NOISE, axis, 0)
    assert np.mean(near[1:] * near[:-1]) == pytest.approx(RESAMPLED.correlation, abs=0.01)
    assert np.mean(near[4:] * near[:-4]) == pytest.approx(0, abs=0.01)
    assert 0.15 < RESAMPLED.correlation < 0.25


def test_the_mean_of_many_voxels_scatters_as_bacon_2017_found() -> None:
    cells = NOISE.reshape(12, 10, 7, 10, 6, 10).mean(axis=(1, 3, 5))
    within = (1 / 0.60) ** 2 / 10**3  # less what the faces of a cell do not share
    assert 0.75 * within < cells.var() < 1.05 * within


def test_noise_does_not_depend_on_how_a_cube_is_cut() -> None:
    np.testing.assert_array_equal(RESAMPLED.draw(3, 50, 60, (70, 60)), NOISE[50:60].astype(np.float32))


def test_white_noise_is_shared_by_none() -> None:
    white = WHITE.draw(0, 0, 60, (60, 60))
    for axis in range(3):
        near = np.moveaxis(white, axis, 0)
        assert np.mean(near[1:] * near[:-1]) == pytest.approx(0, abs=0.01)
