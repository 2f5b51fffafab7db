"""Residuals of spectra from their continuum, and their weights."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from cubeclust.kinematics.continuum import lower_quartile, raised
from cubeclust.kinematics.noise import noise_scale, scattered_variance
from cubeclust.kinematics.spikes import spikes


@dataclass(frozen=True)
class Residuals:
    """Flux less continuum, the continuum, and the inverse variance scaled to the noise seen; (n, n_wave) float32.

    weight is 0 where a sample is unknown or damaged. Of the variance given only the shape along the wavelength counts:
    its size is measured from the scatter of the residuals.
    """

    residual: Float[Tensor, "n n_wave"]
    continuum: Float[Tensor, "n n_wave"]
    weight: Float[Tensor, "n n_wave"]

    @classmethod
    def of(cls, flux: Float[Tensor, "n n_wave"], variance: Float[Tensor, "n n_wave"] | None) -> "Residuals":
        """From flux, NaN where unknown, and its variance, None to take that of the scatter."""
        if variance is None:
            variance = scattered_variance(flux)
        known = flux.isfinite() & (variance > 0)
        flux = torch.where(known, flux, torch.nan)
        quartile = lower_quartile(flux)
        claimed = torch.where(known, 1 / variance, 0)
        scale = noise_scale((flux - quartile).nan_to_num(0.0), claimed)[:, None]
        scale = torch.where(scale.isfinite() & (scale > 0), scale, torch.nan)
        level = raised(quartile, torch.where(known, variance * scale, torch.nan))
        residual = torch.where(known, flux - level, 0).nan_to_num(0.0)
        weight = (claimed / scale).nan_to_num(0.0)
        damaged = spikes(residual, level.nan_to_num(0.0), weight)
        return cls(residual, level, torch.where(damaged, 0, weight))
