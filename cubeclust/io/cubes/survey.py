"""What a few planes of a cube show."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cubeclust.io import fits_files
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.cubes.read import to_variance

_PLANES = 48


@dataclass(frozen=True)
class Survey:
    """A cube in numbers, from evenly spaced planes.

    planes_sampled   how many planes
    coverage         share of spaxels with any finite sample
    nan_share        share of samples that are missing
    snr              10, 50 and 90 % quantiles, over the covered spaxels, of the median signal to noise per channel;
                     None without variance
    """

    planes_sampled: int
    coverage: float
    nan_share: float
    snr: list[float] | None


def survey(cube_file: CubeFile) -> Survey:
    """Coverage, missing samples and signal to noise of a cube."""
    chosen = _spread(cube_file.shape[0])
    with fits_files.open_hdus(cube_file.path, checked=True) as hdus, fits_files.damage_reported(cube_file.path):
        cubes = fits_files.image_hdus(hdus, 3)
        flux = _planes(cubes[cube_file.hdus["flux"]], chosen)  # (planes, NY, NX)
        if "quality" in cube_file.hdus:
            flux[cube_file.rejects(_planes(cubes[cube_file.hdus["quality"]], chosen))] = np.nan
        finite = np.isfinite(flux)
        snr = None
        if "variance" in cube_file.hdus:
            raw = _planes(cubes[cube_file.hdus["variance"]], chosen)
            snr = _quantiles(flux, to_variance(raw, cube_file.variance_kind), finite)
    return Survey(len(chosen), float(finite.any(axis=0).mean()), float(1 - finite.mean()), snr)


def spaxels_with_data(cube_file: CubeFile) -> np.ndarray:
    """Spaxels (NY, NX) bool that have a finite sample in evenly spaced planes and that the file's mask leaves in."""
    chosen = _spread(cube_file.shape[0])
    with fits_files.open_hdus(cube_file.path, checked=True) as hdus, fits_files.damage_reported(cube_file.path):
        flux = fits_files.image_hdus(hdus, 3)[cube_file.hdus["flux"]]
        found = np.isfinite(_planes(flux, chosen)).any(axis=0)
        if "mask" in cube_file.hdus:
            found &= np.asarray(fits_files.image_hdus(hdus, 2)[cube_file.hdus["mask"]].data) == 0
    return found


def _spread(n_wave: int) -> np.ndarray:
    """Channels of the planes that are read, evenly spaced."""
    return np.unique(np.linspace(0, n_wave - 1, _PLANES).astype(int))


def _planes(hdu: Any, chosen: np.ndarray) -> np.ndarray:
    return np.stack([np.asarray(hdu.section[int(plane)], np.float64) for plane in chosen])


def _quantiles(flux: np.ndarray, variance: np.ndarray, finite: np.ndarray) -> list[float] | None:
    with np.errstate(all="ignore"):
        ratio = np.where(finite, flux, np.nan) / np.sqrt(variance)
    covered = np.isfinite(ratio).any(axis=0)
    if not covered.any():
        return None
    return [float(value) for value in np.quantile(np.nanmedian(ratio[:, covered], axis=0), (0.1, 0.5, 0.9))]


def white_light(cube_file: CubeFile) -> np.ndarray:
    """Mean flux (NY, NX) over evenly spaced planes, NaN where there is none."""
    chosen = _spread(cube_file.shape[0])
    with fits_files.open_hdus(cube_file.path, checked=True) as hdus, fits_files.damage_reported(cube_file.path):
        flux = _planes(fits_files.image_hdus(hdus, 3)[cube_file.hdus["flux"]], chosen)
    known = np.isfinite(flux)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, flux, 0).sum(axis=0) / np.maximum(count, 1), np.nan)
