"""North and east on the axes of figures."""

import numpy as np
import pytest
from astropy import units
from skies import rotated

from cubeclust.plots.sky_axes import compass


@pytest.mark.parametrize("angle", [0.0, 45.0, -120.0])
@pytest.mark.parametrize("size", [(60, 60), (60, 20), (20, 60)])
@pytest.mark.parametrize("swapped", [False, True])
def test_compass_points_to_north_and_east_on_any_frame(angle: float, size: tuple[int, int], swapped: bool) -> None:
    wcs = rotated(angle, swapped)
    steps = compass(wcs, np.array(size))
    start = wcs.pixel_to_world(0, 0)
    for name, expected in (("N", 0.0), ("E", 90.0)):
        pixels = steps[name] * size / min(size)  # what the eye sees: spaxels are square
        assert np.hypot(*pixels) == pytest.approx(1)
        end = wcs.pixel_to_world(*(0.01 * pixels))
        assert start.position_angle(end).wrap_at("270d").deg == pytest.approx(expected, abs=0.1)


def test_compass_follows_the_sky_where_the_matrix_does_not_tell() -> None:
    """LONPOLE 150 turns the native pole: north lies 30 degrees off the columns."""
    wcs = rotated(0)
    wcs.wcs.lonpole = 150.0
    wcs.wcs.set()
    size = np.array([20, 20])
    center = (size - 1) / 2
    here = wcs.pixel_to_world(*center)
    north = np.array(wcs.world_to_pixel(here.directional_offset_by(0 * units.deg, 1 * units.arcsec))) - center
    assert abs(north[0]) > 0.3 * np.hypot(*north)
    np.testing.assert_allclose(compass(wcs, size)["N"], north / np.hypot(*north), atol=1e-4)
