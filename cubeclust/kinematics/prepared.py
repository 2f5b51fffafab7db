"""Spectra made ready for their velocities."""

from dataclasses import dataclass

import torch

from cubeclust.kinematics.continuum import continuum
from cubeclust.kinematics.noise import noise_scale, scattered_variance
from cubeclust.kinematics.spikes import spikes


@dataclass(frozen=True)
class Prepared:
    """Flux less continuum, the continuum, and the inverse variance as the noise bears it out; (n, n_wave) float32.

    weight is 0 where a sample is unknown or damaged; scale (n,) is the variance seen over the variance claimed.
    """

    residual: torch.Tensor
    continuum: torch.Tensor
    weight: torch.Tensor
    scale: torch.Tensor

    @classmethod
    def of(cls, flux: torch.Tensor, variance: torch.Tensor | None) -> "Prepared":
        """From flux, NaN where unknown, and its variance, None to take that of the scatter."""
        if variance is None:
            variance = scattered_variance(flux)
        known = flux.isfinite() & (variance > 0)
        flux = torch.where(known, flux, torch.nan)
        level = continuum(flux, torch.where(known, variance, torch.nan))
        residual = torch.where(known, flux - level, 0).nan_to_num(0.0)
        weight = torch.where(known, 1 / variance, 0)
        scale = noise_scale(residual, weight)
        scale = torch.where(scale.isfinite() & (scale > 0), scale, torch.nan)
        weight = torch.nan_to_num(weight / scale[:, None], nan=0.0)
        damaged = spikes(residual, level.nan_to_num(0.0), weight)
        return cls(residual, level, torch.where(damaged, 0, weight), scale)
