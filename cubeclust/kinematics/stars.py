"""Velocities of stars: cross-correlation with their absorption lines."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from cubeclust.kinematics.absorption import Absorption
from cubeclust.kinematics.peaks import peak

STEP = 25.0  # km/s between trials


class Shapes(Protocol):
    """Features of stars that move."""

    def at(
        self, wavelength: Float[np.ndarray, " n_wave"], velocity: Float[np.ndarray, " n"], z: float
    ) -> Float[np.ndarray, "n n_wave"]:
        """Features, in units of the continuum, of sources at velocity (km/s) about redshift z."""


@dataclass(frozen=True)
class StarsMoved:
    """Velocity (n,) km/s and its error; gain (n,) of chi2 by the lines."""

    velocity: Float[Tensor, " n"]
    error: Float[Tensor, " n"]
    gain: Float[Tensor, " n"]


def correlate_stars(
    spectra: Absorption,
    wavelength: Float[np.ndarray, " n_wave"],
    lines: Shapes,
    noise: Float[Tensor, " n_lags"],
    *,
    z: float,
    search: float,
) -> StarsMoved:
    """Velocity at which the lines, times a strength, take most off chi2; up to `search` km/s about redshift z.

    The gain is N^2 / D with N = sum of w r C T, D = sum of w C^2 T^2: r the residual, C the continuum, T the lines at
    the velocity (Tonry & Davis 1979, with weights). The error is 1 / sqrt(sum of w (a C dT/dv)^2) with the strength
    a = N / D, raised by the correlation noise of neighboring channels.
    """
    trials = np.arange(-search, search + STEP / 2, STEP)
    shapes = lines.at(wavelength, trials, z)  # (n_trials, n_wave)
    template = torch.from_numpy(shapes).to(spectra.residual)
    own = spectra.weight * spectra.continuum
    matched = (own * spectra.residual) @ template.T
    norm = ((own * spectra.continuum) @ (template**2).T).clamp(min=1e-30)
    raised = _raised(shapes[len(trials) // 2], noise)
    found = peak(matched.clamp(min=0) ** 2 / norm, torch.from_numpy(trials).to(matched))
    at = ((found.position + search) / STEP).round().long().clamp(0, len(trials) - 1)[:, None]
    turns = torch.from_numpy(np.gradient(shapes, STEP, axis=0)).to(template)
    strength = matched.gather(1, at) / norm.gather(1, at)
    information = (strength**2 * ((own * spectra.continuum) @ (turns**2).T).gather(1, at))[:, 0]
    error = (raised / information.clamp(min=1e-30)).sqrt()
    return StarsMoved(found.position, error, found.height / raised)


def _raised(shape: Float[np.ndarray, " n_wave"], noise: Float[Tensor, " n_lags"]) -> float:
    """Factor by which correlated noise raises the variance of a velocity, from how fast the lines (n_wave,) turn."""
    slope = np.gradient(shape)
    power = float(slope @ slope) or 1.0
    shares = [float(slope[lag:] @ slope[:-lag]) / power for lag in range(1, len(noise))]
    return max(1.0 + 2 * sum(float(bound) * share for bound, share in zip(noise[1:], shares, strict=True)), 0.1)
