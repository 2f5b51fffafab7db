"""One row of numbers for each class."""

from dataclasses import dataclass
from math import nan

import numpy as np
from astropy.wcs.utils import proj_plane_pixel_area

from cubeclust.class_map import ClassMap
from cubeclust.classes.colors import class_colors
from cubeclust.classes.names import Parent, class_name
from cubeclust.velocities.motion import Motion

TINY_CLASS = 5  # spaxels: a class with no more than this is pointed out


@dataclass(frozen=True)
class ClassRow:
    """A class: number from 1, spaxels, area in arcsec2, mean position (ICRS) in degrees, means over its spaxels.

    Area and position are NaN without a celestial WCS, mean_max_posterior without a posterior and mean_snr
    (of the median signal to noise per channel) without a variance. parent is the number of the class that it is part
    of, on the map that this class was clustered within; 0 for a class of the whole cube. velocity is the median of
    the spaxels' velocities about the systemic, velocity_dispersion half of the range that holds 68 % of them (16 to
    84 %), sigma the median width of their lines, all km/s; NaN where unknown.
    """

    number: int
    n_spaxels: int
    area: float
    ra: float
    dec: float
    mean_max_posterior: float
    mean_snr: float
    color: str
    name: str
    parent: int
    velocity: float = nan
    velocity_dispersion: float = nan
    sigma: float = nan

    @property
    def label(self) -> str:
        """Number on this map and name, which other maps share."""
        return f"{self.number} {self.name}"


def class_table(class_map: ClassMap, snr: np.ndarray, parent: Parent | None = None) -> list[ClassRow]:
    """Rows of all classes in order of their number; snr (NY, NX) is NaN where unknown.

    The classes are those of the whole cube, or of one class, the parent.
    """
    pixel_area = np.nan if class_map.wcs is None else proj_plane_pixel_area(class_map.wcs) * 3600.0**2
    colors = class_colors(class_map.n_classes)
    rows = []
    for number in range(1, class_map.n_classes + 1):
        y, x = np.nonzero(class_map.classes == number)
        ra, dec = _mean_position(class_map, y, x)
        posterior, signal = class_map.max_posterior[y, x], snr[y, x]
        rows.append(
            ClassRow(
                number=number,
                n_spaxels=len(y),
                area=float(len(y) * pixel_area),
                ra=ra,
                dec=dec,
                mean_max_posterior=_mean(posterior),
                mean_snr=_mean(signal),
                color=colors[number - 1],
                name=class_name(number, "" if parent is None else parent.name),
                parent=0 if parent is None else parent.number,
                **_motion(class_map.motion, y, x),
            )
        )
    return rows


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean(dtype=np.float64)) if len(known) else float("nan")


def _motion(motion: Motion | None, y: np.ndarray, x: np.ndarray) -> dict[str, float]:
    """Fields of ClassRow on the motion of the spaxels at y, x; none without velocities."""
    if motion is None:
        return {}
    low, middle, high = _quantiles(motion.velocity[y, x], (0.16, 0.5, 0.84))
    sigma = nan if motion.sigma is None else _quantiles(motion.sigma[y, x], (0.5,))[0]
    return {"velocity": middle, "velocity_dispersion": (high - low) / 2, "sigma": sigma}


def _quantiles(values: np.ndarray, shares: tuple[float, ...]) -> list[float]:
    """Quantiles of the known values, NaN where there are none."""
    known = values[np.isfinite(values)]
    return np.quantile(known.astype(np.float64), shares).tolist() if len(known) else [nan] * len(shares)


def _mean_position(class_map: ClassMap, y: np.ndarray, x: np.ndarray) -> tuple[float, float]:
    """Direction of the mean unit vector in ICRS, so that classes across RA = 0 or at a pole come out right; degrees."""
    if class_map.wcs is None or not len(y):
        return float("nan"), float("nan")
    sky = class_map.wcs.pixel_to_world(x, y).icrs
    east, north = np.mean(np.cos(sky.dec.rad) * np.exp(1j * sky.ra.rad)), np.mean(np.sin(sky.dec.rad))
    return float(np.degrees(np.angle(east)) % 360), float(np.degrees(np.arctan2(north, np.abs(east))))
