"""Noise of spectra: its variance, and the correlation of neighboring channels."""

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from cubeclust.kinematics.medians import medians
from cubeclust.kinematics.running import running_percentile

N_LAGS = 5  # channels 0 to 4 apart
_FAR = (6, 7, 8)  # channels apart whose noise is not correlated, while the spectrum has hardly changed
_WINDOW = 301  # channels over which the noise of a cube without variance is found
_MEDIAN_CHI2 = 0.4549364  # of one degree of freedom


def noise_scale(residual: Float[Tensor, "n n_wave"], weight: Float[Tensor, "n n_wave"]) -> Float[Tensor, " n"]:
    """Variance of residual in units of the variance given, 1 / weight; NaN if unknown.

    Half the squared differences of channels that lie 6 to 8 apart: smooth structure cancels, and the median passes
    over lines.
    """
    unit = _in_claimed_noise(residual, weight)
    return torch.stack([_half_squares(unit, lag) for lag in _FAR]).mean(dim=0)


def noise_correlation(
    residual: Float[Tensor, "n n_wave"], weight: Float[Tensor, "n n_wave"]
) -> Float64[Tensor, " n_lags"]:
    """Correlation of the noise of channels 0 to 4 apart, the median over spectra.

    The variogram of a stationary noise is its variance times 1 - correlation.
    """
    unit = _in_claimed_noise(residual, weight)
    far = torch.stack([_half_squares(unit, lag) for lag in _FAR]).mean(dim=0)
    near = [torch.nanmedian(1 - _half_squares(unit, lag) / far) for lag in range(1, N_LAGS)]
    return torch.stack([torch.ones_like(far[0]), *near]).double().nan_to_num(0.0)


def scattered_variance(flux: Float[Tensor, "n n_wave"]) -> Float[Tensor, "n n_wave"]:
    """Variance of flux by its scatter, for cubes that come without one.

    Second differences of channels two apart, d = f[i - 2] - 2 f[i] + f[i + 2]: d^2 / 6 has the variance as its mean.
    """
    squares = torch.full_like(flux, torch.nan)
    squares[:, 2:-2] = (flux[:, :-4] - 2 * flux[:, 2:-2] + flux[:, 4:]) ** 2 / 6
    return running_percentile(squares, 50.0, _WINDOW) / _MEDIAN_CHI2


def _in_claimed_noise(
    residual: Float[Tensor, "n n_wave"], weight: Float[Tensor, "n n_wave"]
) -> Float[Tensor, "n n_wave"]:
    return torch.where(weight > 0, residual * weight.sqrt(), torch.nan)


def _half_squares(unit: Float[Tensor, "n n_wave"], lag: int) -> Float[Tensor, " n"]:
    """Half the mean square of differences of channels `lag` apart, by their median."""
    return medians((unit[:, lag:] - unit[:, :-lag]) ** 2, dim=1) / (2 * _MEDIAN_CHI2)
