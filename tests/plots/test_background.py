"""Images brought onto the frame of a class map."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS

from cubeclust.plots.background import background, subdivided, subdivision

CENTER = SkyCoord(63.3555, 10.4658, unit="deg")
FRAME = (30, 40)


def tangent(pixel: float, angle: float, crpix: tuple[float, float], *, galactic: bool = False, cd: bool = True) -> WCS:
    """Pixels of so many arcsec around CENTER, north `angle` degrees from up towards the left."""
    wcs = WCS(naxis=2)
    center = CENTER.galactic if galactic else CENTER
    wcs.wcs.ctype = ["GLON-TAN", "GLAT-TAN"] if galactic else ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [center.spherical.lon.deg, center.spherical.lat.deg]
    wcs.wcs.crpix = crpix
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    rotation = np.array([[-cos, -sin], [-sin, cos]])
    if cd:
        wcs.wcs.cd = rotation * pixel / 3600
    else:
        wcs.wcs.pc, wcs.wcs.cdelt = rotation, [pixel / 3600] * 2
    wcs.wcs.set()
    return wcs


@pytest.mark.parametrize("cd", [True, False])
@pytest.mark.parametrize("factor", [1, 3, 8])
def test_parts_of_a_spaxel_lie_in_it(cd: bool, factor: int) -> None:
    wcs = tangent(0.2, 25, (18, 13), cd=cd)
    fine = subdivided(wcs, factor)
    for x, y in ((0, 0), (11, 7), (39, 29)):
        corner = wcs.pixel_to_world(x - 0.5, y - 0.5)
        assert corner.separation(fine.pixel_to_world(x * factor - 0.5, y * factor - 0.5)).arcsec < 1e-6
        middle = fine.pixel_to_world((x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5)
        assert wcs.pixel_to_world(x, y).separation(middle).arcsec < 1e-6


@pytest.mark.parametrize(
    ("pixel", "factor"), [(0.5, 1), (0.2, 1), (0.19999, 1), (0.15, 2), (0.1, 2), (0.05, 4), (0.03, 7), (0.01, 8)]
)
def test_spaxels_are_cut_by_the_ratio_of_scales(pixel: float, factor: int) -> None:
    assert subdivision(tangent(0.2, 0, (1, 1)), tangent(pixel, 70, (5, 5))) == factor


@pytest.mark.parametrize("galactic", [False, True])
@pytest.mark.parametrize("pixel", [0.05, 0.2])
@pytest.mark.parametrize("angle", [0, 35, 180])
def test_star_lands_where_its_position_is(angle: float, pixel: float, galactic: bool) -> None:
    """A star on a pixel of a rotated image, in another frame of the sky, is brightest on the right fine pixel."""
    wcs, own = tangent(0.2, 10, (20, 15)), tangent(pixel, angle, (150, 140), galactic=galactic)
    factor = subdivision(wcs, own)
    for spot in ((6.0, 9.0), (33.3, 21.8)):
        star = wcs.pixel_to_world(*spot)
        x, y = own.world_to_pixel(star)
        rows, columns = np.indices((280, 300))
        image = np.exp(-0.5 * ((columns - x) ** 2 + (rows - y) ** 2) / 1.5**2).astype(np.float32)
        drawn = background(image, own, wcs, FRAME)
        assert drawn.shape == (FRAME[0] * factor, FRAME[1] * factor)
        assert drawn.dtype == np.float32
        found = np.unravel_index(np.nanargmax(drawn), drawn.shape)[::-1]
        expected = (np.array(spot) + 0.5) * factor - 0.5
        assert np.abs(found - expected).max() <= 0.5 + 1e-6


def test_what_the_image_does_not_cover_is_unknown() -> None:
    wcs = tangent(0.2, 0, (20, 15))
    own = tangent(0.1, 0, (5.5, 5.5))
    drawn = background(np.ones((10, 10), np.float32), own, wcs, FRAME)
    inside = np.argwhere(np.isfinite(drawn))
    assert len(inside) == 100  # 10 x 10 pixels of 0.1 arcsec, as many halves of spaxels
    assert np.ptp(inside, axis=0).tolist() == [9, 9]
