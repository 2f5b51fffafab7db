"""The overlay's compass, legend and colors."""

import numpy as np
import pytest
from astropy.wcs import WCS

from cubeclust.palette import class_colors
from cubeclust.plots.overlay import compass


def rotated(angle: float, swapped: bool = False) -> WCS:
    """North `angle` degrees from up towards the left (east), 0.2 arcsec a spaxel; axes swapped on demand."""
    wcs = WCS(naxis=2)
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = np.array([[-cos, -sin], [-sin, cos]]) * 0.2 / 3600  # rows: RA, Dec
    wcs.wcs.ctype = ["DEC--TAN", "RA---TAN"] if swapped else ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix = ([10, 30] if swapped else [30, 10]), [1, 1]
    wcs.wcs.cd = matrix[::-1] if swapped else matrix
    wcs.wcs.set()
    return wcs


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


@pytest.mark.parametrize("n_classes", [1, 2, 6, 9, 10, 16, 21, 30, 50])
def test_classes_have_colors_of_their_own(n_classes: int) -> None:
    colors = class_colors(n_classes)
    assert len(colors) == len(set(colors)) == n_classes
    assert all(len(color) == 7 and int(color[1:], 16) >= 0 for color in colors)
