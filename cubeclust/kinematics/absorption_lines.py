"""Absorption lines of stars, with the depths that a cube shows."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.ndimage import uniform_filter1d

from cubeclust.kinematics.continuum import WINDOW
from cubeclust.kinematics.template import Template
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import ABSORPTION, wavelengths

# Without the interstellar lines of sodium.
LINES = tuple(line for line in ABSORPTION if not line.name.startswith("NaD"))
_WIDTHS = (70.0, 100.0, 140.0, 200.0, 280.0, 400.0)  # km/s
_REACH = 1500.0  # km/s around lines


@dataclass(frozen=True)
class AbsorptionLines:
    """Absorption lines: rest (n_lines,) Angstrom, depth (n_lines,) in units of the continuum, width in km/s."""

    rest: Float[np.ndarray, " n_lines"]
    depth: Float[np.ndarray, " n_lines"]
    width: float

    def at(
        self, wavelength: Float[np.ndarray, " n_wave"], velocity: Float[np.ndarray, " n"], z: float
    ) -> Float[np.ndarray, "n n_wave"]:
        """Features of sources at velocity (km/s) about redshift z, centered as residuals are."""
        shape = -_gaussians(np.log(wavelength), self.rest * (1 + z), velocity, self.width) @ self.depth
        return shape - uniform_filter1d(shape, WINDOW, axis=1, mode="nearest")


def absorption_lines_of(template: Template, medium: str) -> AbsorptionLines | None:
    """Depths of the lines that a template covers, and the common width that suits them best; None for no two.

    Least squares in the surroundings of the lines, for one width after the other; one that shows in emission is none.
    """
    rest = wavelengths(LINES, medium)
    low, high = template.logarithm[[0, -1]] + np.array([1, -1]) * _REACH / LIGHT_SPEED
    rest = rest[(np.log(rest) > low) & (np.log(rest) < high)]
    if len(rest) < 2:
        return None
    off = np.abs(template.logarithm[:, None] - np.log(rest)) * LIGHT_SPEED
    near = (off.min(axis=1) < _REACH) & (template.norm > 0)
    if not near.any():
        return None
    best, least = None, np.inf
    for width in _WIDTHS:
        gaussians = _gaussians(template.logarithm[near], rest, np.zeros(1), width)[0]  # (n_near, n_lines)
        design = gaussians - uniform_filter1d(gaussians, min(len(gaussians), 400), axis=0, mode="nearest")
        root = np.sqrt(template.norm[near])
        depth = -np.linalg.lstsq(design * root[:, None], template.feature[near] * root, rcond=1e-8)[0]
        chi2 = float(np.sum((root * (template.feature[near] + design @ depth)) ** 2))
        if chi2 < least:
            best, least = AbsorptionLines(rest, np.maximum(depth, 0), width), chi2
    return best


def _gaussians(
    logarithm: Float[np.ndarray, " n_wave"],
    center: Float[np.ndarray, " n_lines"],
    velocity: Float[np.ndarray, " n"],
    width: float,
) -> Float[np.ndarray, "n n_wave n_lines"]:
    """Gaussians of height 1 in ln(wavelength)."""
    position = np.log(center) + np.log1p(velocity / LIGHT_SPEED)[:, None]  # (n, n_lines)
    return np.exp(-0.5 * ((logarithm[:, None] - position[:, None]) * LIGHT_SPEED / width) ** 2)
