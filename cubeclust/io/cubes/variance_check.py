"""Whether the scatter of a cube bears out the variance that its file claims."""

from dataclasses import replace
from typing import Any

import numpy as np

from cubeclust.io import fits_files
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.cubes.layouts import VARIANCE_KINDS
from cubeclust.io.cubes.read import to_variance

_PLACES = 16  # along the wavelength
_SPAXELS = 10_000  # of a plane, about
# Channels between the planes that are compared: resampling makes next neighbors alike.
_LAG = 2
_FEWEST = 30  # samples for a median
_MEDIAN_CHI2 = 0.4549364  # of one degree of freedom
# Correlated noise (0.1 in a GMOS cube), real lines (1.2 in a MUSE cube of a cluster) and variances that are some
# times too small leave the ratio within this factor of 1.
_FAR = 30.0


def with_noise_check(cube_file: CubeFile) -> CubeFile:
    """The cube file, with a note if its uncertainty looks like another kind than it is read as.

    It looks so if the variance claimed is more than 30 times off the scatter and another kind is 30 times nearer.
    """
    ratios = scatter_ratios(cube_file)
    if not ratios or cube_file.variance_kind is None:
        return cube_file
    taken, best = cube_file.variance_kind, min(ratios, key=lambda kind: _off(ratios[kind]))
    if _off(ratios[taken]) <= _FAR or _off(ratios[best]) * _FAR >= _off(ratios[taken]):
        return cube_file
    note = (
        f"{cube_file.hdus['variance']} is read as {taken}, but the scatter between channels is {ratios[taken]:.2g} "
        f"times what it then claims and {ratios[best]:.2g} times what it claims read as {best}; "
        f"if it holds that, give --variance-kind {best}"
    )
    return replace(cube_file, notes=(*cube_file.notes, note))


def scatter_ratios(cube_file: CubeFile) -> dict[str, float]:
    """Variance measured over variance claimed, for each kind that the uncertainty may be; {} where unknown.

    The variance is measured by second differences along the wavelength, d = f[i - 2] - 2 f[i] + f[i + 2], at some
    evenly spaced places; d^2 / 6 estimates it where the noise is white and the spectrum straight. The ratio is the
    median over samples, which lines and cosmic rays hardly move, over that of a chi2 with one degree of freedom.
    """
    if "variance" not in cube_file.hdus or cube_file.shape[0] <= 2 * _LAG:
        return {}
    middle = np.unique(np.linspace(_LAG, cube_file.shape[0] - 1 - _LAG, _PLACES).astype(int))
    with fits_files.open_hdus(cube_file.path, checked=True) as hdus, fits_files.damage_reported(cube_file.path):
        cubes = fits_files.image_hdus(hdus, 3)
        triples = np.add.outer(middle, (-_LAG, 0, _LAG))  # (places, 3)
        flux = _samples(cubes[cube_file.hdus["flux"]], triples.ravel()).reshape(*triples.shape, -1)
        stored = _samples(cubes[cube_file.hdus["variance"]], middle)  # (places, spaxels)
    with np.errstate(all="ignore"):
        measured = (flux[:, 0] - 2 * flux[:, 1] + flux[:, 2]) ** 2 / 6
        ratios = {kind: measured / to_variance(stored, kind) for kind in VARIANCE_KINDS}
    known = {kind: ratio[np.isfinite(ratio) & (ratio > 0)] for kind, ratio in ratios.items()}
    if min(map(len, known.values())) < _FEWEST:
        return {}
    return {kind: float(np.median(ratio)) / _MEDIAN_CHI2 for kind, ratio in known.items()}


def _samples(hdu: Any, chosen: np.ndarray) -> np.ndarray:
    """Some evenly spaced spaxels of the chosen planes, (planes, spaxels) float64."""
    every = max(1, hdu.shape[1] * hdu.shape[2] // _SPAXELS)
    return np.stack([np.asarray(hdu.section[int(plane)], np.float64).ravel()[::every] for plane in chosen])


def _off(ratio: float) -> float:
    """How many times a ratio is off 1, either way."""
    return max(ratio, 1 / ratio)
