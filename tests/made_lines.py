"""Spectra of known lines and noise for the measurement of velocities."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import erf

from cubeclust.kinematics.line_model import Spectrograph
from cubeclust.kinematics.line_windows import LinesInRange
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import EMISSION

Z = 0.01
WAVELENGTH = 6500 + 1.25 * np.arange(320)  # H-alpha, [NII] and [SII] at Z
EDGES = np.append(WAVELENGTH - 0.625, WAVELENGTH[-1] + 0.625)
FLUXES = {"[NII]6548": 60.0, "Halpha": 300.0, "[NII]6583": 180.0, "[SII]6716": 90.0, "[SII]6731": 70.0}
LSF = 1.06  # Angstrom
SMOOTHING = np.array([0.25, 0.5, 0.25])  # kernel of noise that neighbors share
CORRELATION = [1.0, 2 / 3, 1 / 6, 0.0, 0.0]  # its autocorrelation, 0 to 4 channels apart


@dataclass(frozen=True)
class Lines:
    """Spectra (n, n_wave) of the lines FLUXES in air at velocity (n,) km/s about Z, width sigma (n,) km/s."""

    velocity: np.ndarray
    sigma: np.ndarray

    def density(self, edges: np.ndarray = EDGES, fluxes: dict[str, float] = FLUXES) -> np.ndarray:
        """Mean flux per Angstrom in channels, by differences of the error function."""
        total = np.zeros((len(self.velocity), len(edges) - 1))
        for line in EMISSION:
            if line.name in fluxes:
                center = line.air * (1 + Z) * (1 + self.velocity / LIGHT_SPEED)
                width = np.hypot(center * self.sigma / LIGHT_SPEED, LSF)
                below = erf((edges - center[:, None]) / width[:, None] / np.sqrt(2)) / 2
                total += fluxes[line.name] * np.diff(below, axis=1) / np.diff(edges)
        return total


def spectrograph(correlation: list[float] | None = None, fluxes: dict[str, float] = FLUXES) -> Spectrograph:
    """How lines are seen, 500 km/s searched."""
    lines = LinesInRange.of(tuple(line for line in EMISSION if line.name in fluxes), "air", WAVELENGTH, Z, 500.0)
    assert lines.names == tuple(fluxes)
    noise = torch.tensor([1.0] if correlation is None else correlation, dtype=torch.float64)
    return Spectrograph(torch.from_numpy(EDGES), lines, torch.full((len(lines),), LSF).double(), Z, noise)


def correlated_noise(random: np.random.Generator, shape: tuple[int, int], scale: float = 1.0) -> np.ndarray:
    """Noise of standard deviation `scale` whose neighbors have the correlation CORRELATION."""
    white = random.standard_normal((shape[0], shape[1] + 2))
    smooth = sum(weight * white[:, place : place + shape[1]] for place, weight in enumerate(SMOOTHING))
    return scale * smooth / np.sqrt(np.sum(SMOOTHING**2))
