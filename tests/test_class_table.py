"""Positions of classes on the sky."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS

from cubeclust.class_map import ClassMap
from cubeclust.class_table import class_table


def one_class(wcs: WCS) -> tuple[ClassMap, np.ndarray]:
    quality = np.zeros((5, 5), np.int32)
    ones = np.ones((5, 5), np.float32)
    return ClassMap(np.ones((5, 5), np.int16), ones, quality, wcs, 1), ones


@pytest.mark.parametrize(
    ("kinds", "value", "expected"),
    [
        (("RA---TAN", "DEC--TAN"), (0.0, 20.0), SkyCoord(0.0, 20.0, unit="deg")),
        (("RA---TAN", "DEC--TAN"), (123.0, 90.0), SkyCoord(123.0, 90.0, unit="deg")),
        (("DEC--TAN", "RA---TAN"), (-30.0, 120.0), SkyCoord(120.0, -30.0, unit="deg")),
        (("GLON-TAN", "GLAT-TAN"), (120.0, -5.0), SkyCoord(120.0, -5.0, unit="deg", frame="galactic").icrs),
    ],
)
def test_mean_position_is_the_center_of_a_centered_class(kinds, value, expected) -> None:
    """Across RA = 0, at the pole, with axes in the other order, and in Galactic coordinates."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cdelt = kinds, value, [3, 3], [-0.01, 0.01]
    wcs.wcs.set()
    (row,) = class_table(*one_class(wcs))
    assert SkyCoord(row.ra, row.dec, unit="deg").separation(expected).arcsec < 1e-3
    assert row.area == pytest.approx(25 * 36.0**2, rel=1e-3)
