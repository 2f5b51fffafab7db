"""Spectra prepared for the search for absorption lines."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.ndimage import median_filter
from torch import Tensor

from cubeclust.kinematics.continuum import WINDOW
from cubeclust.kinematics.medians import medians
from cubeclust.kinematics.residuals import Residuals

_EMISSION = (5.0, 0.25)  # standard deviations and share of the continuum above it: a sample of gas
_BRIGHT_SKY = 4.0  # variance over that of its surroundings that marks a line of the night sky
_AROUND = 301  # channels
_TELLURIC = ((6865.0, 6960.0), (7585.0, 7710.0))  # Angstrom: B and A bands of O2


@dataclass(frozen=True)
class Absorption:
    """Residuals from the continuum, the continuum, and their inverse variance, (n, n_wave) float32.

    residual is centered in windows of 101 channels; weight is 0 for gas, lines of the night sky and bands of the air.
    """

    residual: Float[Tensor, "n n_wave"]
    continuum: Float[Tensor, "n n_wave"]
    weight: Float[Tensor, "n n_wave"]

    @classmethod
    def of(cls, residuals: Residuals, quiet: Bool[np.ndarray, " n_wave"]) -> "Absorption":
        """From spectra, of which only channels that are quiet count."""
        deviations, share = _EMISSION
        residual, level = residuals.residual, residuals.continuum.nan_to_num(0.0)
        gas = (residual * residuals.weight.sqrt() > deviations) & (residual > share * level)
        weight = torch.where(gas | ~(level > 0), 0, residuals.weight * torch.from_numpy(quiet).to(residual))
        return cls(_centered(residual, weight), level, weight)


def quiet_channels(
    weight: Float[Tensor, "n n_wave"], wavelength: Float[np.ndarray, " n_wave"]
) -> Bool[np.ndarray, " n_wave"]:
    """Channels without lines of the night sky, where weight is low, and bands of the air."""
    typical = medians(torch.where(weight > 0, weight, torch.nan), dim=0).nan_to_num(0.0).cpu().numpy()
    quiet = typical * _BRIGHT_SKY > median_filter(typical, _AROUND, mode="nearest")
    for low, high in _TELLURIC:
        quiet &= (wavelength < low) | (wavelength > high)
    return quiet


def _centered(residual: Float[Tensor, "n n_wave"], weight: Float[Tensor, "n n_wave"]) -> Float[Tensor, "n n_wave"]:
    """Residual less its mean in the window around each channel, 0 where the weight is."""
    known = (weight > 0).to(residual)
    pool = torch.nn.AvgPool1d(WINDOW, stride=1, padding=WINDOW // 2, count_include_pad=False)
    mean = pool(known * residual) / pool(known).clamp(min=1e-3)
    return known * (residual - mean)
