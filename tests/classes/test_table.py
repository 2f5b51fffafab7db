"""Positions of classes on the sky."""

from dataclasses import replace

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS

from cubeclust.class_map import ClassMap
from cubeclust.classes.table import class_table
from cubeclust.velocities.motion import Motion


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


def test_motion_of_a_class_is_the_median_and_half_of_the_range_of_68_percent() -> None:
    """101 velocities 0, 10, .. 1000 km/s about the systemic and an unknown one; widths of 5 and 7 km/s."""
    velocity = np.append(10.0 * np.arange(101), np.nan)[None]
    systemic = 0.05
    redshift = systemic + (1 + systemic) * velocity / 299_792.458
    sigma = np.where(velocity > 500, 7.0, 5.0).astype(np.float32)
    frame = np.ones(velocity.shape, np.float32)
    class_map = ClassMap(frame.astype(np.int16), frame, frame.astype(np.int32), None, 1)
    (row,) = class_table(replace(class_map, motion=Motion(redshift, systemic, sigma)), frame)
    assert (row.velocity, row.velocity_dispersion) == (pytest.approx(500), pytest.approx(340))
    assert row.sigma == 5
    (row,) = class_table(replace(class_map, motion=Motion(redshift, systemic)), frame)
    assert row.velocity == pytest.approx(500)
    assert np.isnan(row.sigma)
    (row,) = class_table(class_map, frame)
    assert np.isnan([row.velocity, row.velocity_dispersion, row.sigma]).all()
