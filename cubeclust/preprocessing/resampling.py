"""Resampling of spectra onto other channels; flux density x width is kept."""

from dataclasses import dataclass

import numpy as np

from cubeclust.spectra import Spectra

_UNKNOWN = 1e-3  # share of a channel that may be unknown


@dataclass(frozen=True)
class Channels:
    """Channels by wavelength, lower and upper edge, each (n_wave,) Angstrom, ascending; there may be gaps."""

    wavelength: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, wavelength: np.ndarray) -> "Channels":
        """Channels that touch each other."""
        edges = channel_edges(wavelength)
        return cls(wavelength, edges[:-1], edges[1:])

    def only(self, chosen: np.ndarray) -> "Channels":
        """Those where chosen (n_wave,) is True."""
        return Channels(self.wavelength[chosen], self.low[chosen], self.high[chosen])

    def __len__(self) -> int:
        return len(self.wavelength)


def resampled(
    spectra: Spectra, have: Channels, want: Channels, *, stretch: np.ndarray, density: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None]:
    """Flux and variance (n, n_want) float32 of spectra with the channels `have` in the channels `want`.

    Row i covers the wanted channels times stretch (n,), and its flux density is multiplied by density (n,). Variances
    follow by the squares of the weights; the covariance of neighboring channels, which then share samples, is not
    carried. Where more than 1e-3 of a wanted channel is unknown the sample is NaN. Weights are float64.
    """
    flux = np.empty((len(spectra), len(want)), np.float32)
    variance = None if spectra.variance is None else np.empty_like(flux)
    for row, factor in enumerate(stretch):
        place, share = overlaps(have.low, have.high, want.low * factor, want.high * factor)
        flux[row] = density[row] * _mean(spectra.flux[row], place, share)
        if variance is not None and spectra.variance is not None:
            errors = density[row] ** 2 * _mean(spectra.variance[row], place, share, power=2)
            variance[row] = np.where(np.isnan(flux[row]), np.nan, errors)
    return flux, variance


def overlapped(have: Channels, want: Channels) -> np.ndarray:
    """Which channels (n_have,) bool the wanted ones overlap."""
    needed = np.zeros(len(have), bool)
    first = np.searchsorted(have.high, want.low, side="right")
    stop = np.searchsorted(have.low, want.high, side="left")
    for start, end in zip(first, stop, strict=True):
        needed[start:end] = True
    return needed


def channel_edges(wavelength: np.ndarray) -> np.ndarray:
    """Edges (n_wave + 1,) of channels: halfway between their centers, the outer ones extrapolated.

    A single channel is taken to be 1 Angstrom wide.
    """
    if len(wavelength) == 1:
        return wavelength[0] + np.array([-0.5, 0.5])
    middle = (wavelength[1:] + wavelength[:-1]) / 2
    return np.concatenate([[2 * wavelength[0] - middle[0]], middle, [2 * wavelength[-1] - middle[-1]]])


def overlaps(
    have_low: np.ndarray, have_high: np.ndarray, want_low: np.ndarray, want_high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which channels lie under each wanted one, and the share of it that each of them covers.

    Edges are (n_have,) and (n_want,), ascending; both results are (m, n_want), m being the most channels that lie
    under one. Where fewer do, the share is 0.
    """
    first = np.searchsorted(have_high, want_low, side="right")
    most = int((np.searchsorted(have_low, want_high, side="left") - first).max())
    place = np.minimum(first, len(have_low) - most) + np.arange(most)[:, None]
    covered = np.minimum(have_high[place], want_high) - np.maximum(have_low[place], want_low)
    return place, np.maximum(covered, 0) / (want_high - want_low)


def _mean(values: np.ndarray, place: np.ndarray, share: np.ndarray, power: int = 1) -> np.ndarray:
    """Sum of share ** power * values[place] over the known values; NaN where too much of the channel is unknown."""
    known = np.isfinite(values)
    if known.all():
        return (share**power * values[place]).sum(axis=0)
    total = (share**power * np.where(known, values, 0)[place]).sum(axis=0)
    covered = (share * known[place]).sum(axis=0)
    return np.where(covered >= 1 - _UNKNOWN, total / np.maximum(covered, _UNKNOWN) ** power, np.nan)
