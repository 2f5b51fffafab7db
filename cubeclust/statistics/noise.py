"""Noise of spectra: by their variance, or by the scatter between neighboring channels where they have none."""

import numpy as np
from jaxtyping import Bool, Float, Float64, Integer

from cubeclust.runtime import memory
from cubeclust.spectra import Spectra

_TRIPLES = 512  # of neighboring channels that measure the scatter of a spectrum
_NORMAL = 1.4826 / np.sqrt(1.5)  # standard deviation of a sample over the median |b - (a + c) / 2| of white noise
_SPECTRA = 1024  # that measure the scatter between channels
_TOO_SMALL = 0.1  # times the scatter
_PASSED_OVER = 201  # channels of the running median that passes over lines


def row_scatter(flux: Float[np.ndarray, "n n_wave"]) -> Float64[np.ndarray, " n"]:
    """Standard deviation of a sample of each row by its differences from the mean of the two channels beside it.

    The median of at most 512 of these differences, evenly spread, which lines and spikes do not move; NaN with fewer
    than three channels or without a finite difference.
    """
    middle = np.unique(np.linspace(1, max(1, flux.shape[1] - 2), _TRIPLES).astype(int))
    if flux.shape[1] < 3:
        return np.full(len(flux), np.nan)
    differences = np.abs(flux[:, middle] - (flux[:, middle - 1] + flux[:, middle + 1]) / 2)
    return _NORMAL * _median(differences, axis=1)


def mean_errors(spectra: Spectra, channels: Bool[np.ndarray, " n_wave"]) -> Float64[np.ndarray, " n"]:
    """Error of each spectrum's mean over the channels (n_wave,) bool, (n,) float64; samples count as independent.

    From the variance where there is one, otherwise from the scatter between neighboring channels. NaN where unknown.
    """
    errors = np.full(len(spectra), np.nan)
    for rows in spectra.blocks():
        flux = spectra.flux[rows][:, channels]
        known = np.isfinite(flux)
        count = np.maximum(known.sum(axis=1), 1)
        if spectra.variance is None:
            errors[rows] = row_scatter(flux) / np.sqrt(count)
        else:
            variance = np.where(known, spectra.variance[rows][:, channels], 0)
            errors[rows] = np.sqrt(np.nansum(variance, axis=1, dtype=np.float64)) / count
    return errors


def typical_noise(spectra: Spectra) -> Float64[np.ndarray, " n_wave"]:
    """Typical standard deviation of a sample in each channel, (n_wave,) float64.

    With variance the median of its root over the spectra. Without, the median over the spectra of the differences
    between neighboring channels, as a running median over 201 channels, which passes over lines that differ between
    spectra; the noise of single sky lines then stays unknown. A channel without any has that of its neighbors; NaN
    where no channel has any. A variance whose root is below a tenth of that scatter is in another unit and plays no
    role.
    """
    noise = scatter = _scatter_by_channel(spectra.sample(_spread(len(spectra))))
    if spectra.variance is not None:
        noise = _root_median(spectra)
        typical, scattered = (_median(values[None], axis=1)[0] for values in (noise, scatter))
        noise = scatter if np.isnan(typical) or typical < _TOO_SMALL * scattered else noise
    known = np.isfinite(noise) & (noise > 0)
    if not known.any():
        return np.full(spectra.n_wave, np.nan)
    places = np.arange(spectra.n_wave)
    return np.interp(places, places[known], noise[known])


def _spread(n: int) -> Integer[np.ndarray, " m"]:
    """Indices of at most 1,024 of n spectra, evenly spread."""
    return np.unique(np.linspace(0, n - 1, min(n, _SPECTRA)).astype(int))


def _root_median(spectra: Spectra) -> Float64[np.ndarray, " n_wave"]:
    assert spectra.variance is not None
    noise = np.empty(spectra.n_wave)
    step = memory.rows_per_block(4 * len(spectra))
    for start in range(0, spectra.n_wave, step):
        columns = slice(start, start + step)
        noise[columns] = np.sqrt(_median(np.ascontiguousarray(spectra.variance[:, columns].T), axis=1))
    return noise


def _scatter_by_channel(spectra: Spectra) -> Float64[np.ndarray, " n_wave"]:
    from scipy.ndimage import median_filter

    if spectra.n_wave < 3:
        return np.full(spectra.n_wave, np.nan)
    noise = np.empty(spectra.n_wave)
    step = memory.rows_per_block(4 * 3 * len(spectra))
    for start in range(1, spectra.n_wave - 1, step):
        stop = min(start + step, spectra.n_wave - 1)
        flux = np.ascontiguousarray(spectra.flux[:, start - 1 : stop + 1].T)
        noise[start:stop] = _NORMAL * _median(np.abs(flux[1:-1] - (flux[:-2] + flux[2:]) / 2), axis=1)
    noise[[0, -1]] = noise[[1, -2]]
    return median_filter(noise, min(_PASSED_OVER, spectra.n_wave), mode="nearest")


def _median(values: Float[np.ndarray, "n m"], axis: int) -> Float64[np.ndarray, " n"]:
    """Median of the finite values of each row; NaN where there is none."""
    known = np.isfinite(values)
    if known.all():
        return np.median(values, axis=axis).astype(np.float64)
    out = np.full(len(values), np.nan)
    some = known.any(axis=1)
    out[some] = np.nanmedian(np.where(known[some], values[some], np.nan), axis=axis)
    return out
