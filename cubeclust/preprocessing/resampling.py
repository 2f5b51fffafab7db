"""Resampling of spectra onto other channels; flux density x width is kept."""

import numpy as np
from jaxtyping import Float, Float32, Integer

from cubeclust.spectra import Spectra
from cubeclust.spectroscopy.channels import Channels, overlaps

_UNKNOWN = 1e-3  # share of a channel that may be unknown


def resampled(
    spectra: Spectra,
    have: Channels,
    want: Channels,
    *,
    stretch: Float[np.ndarray, " n"],
    density: Float[np.ndarray, " n"],
) -> tuple[Float32[np.ndarray, "n n_want"], Float32[np.ndarray, "n n_want"] | None]:
    """Flux and variance (n, n_want) float32 of spectra with the channels `have` in the channels `want`.

    Row i covers the wanted channels times stretch, and its flux density is multiplied by density. Variances
    follow by the squares of the weights; the covariance of neighboring channels, which then share samples, is not
    carried. Where more than 1e-3 of a wanted channel is unknown the sample is NaN. Weights are float64.
    """
    flux = np.empty((len(spectra), len(want)), np.float32)
    variance = None if spectra.variance is None else np.empty_like(flux)
    for row, factor in enumerate(stretch):
        index, share = overlaps(have.low, have.high, want.low * factor, want.high * factor)
        flux[row] = density[row] * _mean(spectra.flux[row], index, share)
        if variance is not None and spectra.variance is not None:
            errors = density[row] ** 2 * _mean(spectra.variance[row], index, share, power=2)
            variance[row] = np.where(np.isnan(flux[row]), np.nan, errors)
    return flux, variance


def _mean(
    values: Float[np.ndarray, " n_have"],
    index: Integer[np.ndarray, "m n_want"],
    share: Float[np.ndarray, "m n_want"],
    power: int = 1,
) -> Float[np.ndarray, " n_want"]:
    """Sum of share ** power * values[index] over the known values; NaN where too much of the channel is unknown."""
    known = np.isfinite(values)
    if known.all():
        return (share**power * values[index]).sum(axis=0)
    total = (share**power * np.where(known, values, 0)[index]).sum(axis=0)
    covered = (share * known[index]).sum(axis=0)
    return np.where(covered >= 1 - _UNKNOWN, total / np.maximum(covered, _UNKNOWN) ** power, np.nan)
