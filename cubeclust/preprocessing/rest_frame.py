"""The rest frame: each spectrum resampled as its source would show it at rest."""

from dataclasses import dataclass, replace

import numpy as np

from cubeclust.errors import InputError
from cubeclust.spectra import Spectra

_UNKNOWN = 1e-3  # share of a channel that may be unknown
_SHRUNK = 0.9  # share of the typical common range below which outliers are pointed out


@dataclass(frozen=True)
class RestFrame:
    """Resample each spectrum onto channels at rest that every spaxel covers; flux density x width is kept.

    The channels are the cube's own divided by 1 + middle, so that a spectrum at that redshift is not resampled.
    Air stays air and vacuum stays vacuum. Variances follow by the squares of the weights; the covariance of
    neighboring channels, which then share samples, is not carried.

    z             (NY, NX) float64: redshift v / c, NaN where unknown
    observed      (n_wave,) Angstrom: all channels of the cube
    channels      (n_wave,) bool: those of them that are made
    low, middle, high     lowest, median and highest redshift of the spaxels that enter
    """

    z: np.ndarray
    observed: np.ndarray
    channels: np.ndarray
    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, z: np.ndarray, entering: np.ndarray, observed: np.ndarray) -> "RestFrame":
        """Rest frame with all channels that each of the spaxels `entering` (NY, NX) bool covers.

        Raises:
            InputError: fewer than two channels, or none that all of them cover.
        """
        if len(observed) < 2:
            raise InputError("--velocity-map needs a cube of two channels or more; cluster this one without it.")
        low, middle, high = map(float, np.quantile(z[entering], (0, 0.5, 1), method="lower"))
        whole = cls(z, observed, np.ones(len(observed), bool), low, middle, high)
        edges, (lower, upper) = channel_edges(observed), whole._reach()
        covered = (lower >= edges[0]) & (upper <= edges[-1])
        if not covered.any():
            raise InputError(
                f"--velocity-map: redshifts from {low:.6g} to {high:.6g} leave no wavelength that all spaxels cover; "
                "leave out wrong ones by --mask, or correct --velocity-unit."
            )
        return replace(whole, channels=covered)

    def __str__(self) -> str:
        first, last = self.wavelength[0], self.wavelength[-1]
        return (
            f"z = v / c from {self.low:.6g} to {self.high:.6g}, median {self.middle:.6g}, "
            f"{first:.2f}:{last:.2f} Angstrom at rest"
        )

    @property
    def wavelength(self) -> np.ndarray:
        """Wavelength at rest of the channels that are made, Angstrom, to the digits that a cube's axis is read with."""
        return np.round(self.observed[self.channels] / (1 + self.middle), 6)

    @property
    def sources(self) -> np.ndarray:
        """Channels (n_wave,) bool of the cube that the channels made are resampled from."""
        edges, (lower, upper) = channel_edges(self.observed), self._reach()
        needed = np.zeros(len(self.observed), bool)
        first = np.searchsorted(edges[1:], lower[self.channels], side="right")
        stop = np.searchsorted(edges[:-1], upper[self.channels], side="left")
        for start, end in zip(first, stop, strict=True):
            needed[start:end] = True
        return needed

    def only(self, chosen: np.ndarray) -> "RestFrame":
        """The same frame with only those of its channels where `chosen` (channels made,) is True."""
        channels = self.channels.copy()
        channels[self.channels] = chosen
        return replace(self, channels=channels)

    def apply(self, spectra: Spectra) -> Spectra:
        """Return spectra at rest; each of `spectra` has a redshift, and they have at least the channels `sources`."""
        edges, read = channel_edges(self.observed), np.isin(self.observed, spectra.wavelength)
        have = edges[:-1][read], edges[1:][read]
        flux = np.empty((len(spectra), int(self.channels.sum())), np.float32)
        variance = None if spectra.variance is None else np.empty_like(flux)
        stretch = self._stretch(self.z[spectra.y, spectra.x])
        for row, factor in enumerate(stretch):
            want = edges[:-1][self.channels] * factor, edges[1:][self.channels] * factor
            place, share = overlaps(*have, *want)
            density = (1 + self.middle) * factor  # 1 + z
            flux[row] = density * _mean(spectra.flux[row], place, share)
            if variance is not None and spectra.variance is not None:
                errors = density**2 * _mean(spectra.variance[row], place, share, power=2)
                variance[row] = np.where(np.isnan(flux[row]), np.nan, errors)
        return replace(spectra, flux=flux, variance=variance, wavelength=self.wavelength, rest=True)

    def _stretch(self, z: np.ndarray | float) -> np.ndarray:
        """Factor from the cube's own channels to those that a spaxel at redshift z shows as the rest channels."""
        return np.asarray((1 + z) / (1 + self.middle))

    def _reach(self) -> tuple[np.ndarray, np.ndarray]:
        """Least lower and largest upper edge (n_wave,) that the spaxels see of each channel."""
        edges = channel_edges(self.observed)
        return edges[:-1] * self._stretch(self.low), edges[1:] * self._stretch(self.high)


def channel_edges(wavelength: np.ndarray) -> np.ndarray:
    """Edges (n_wave + 1,) of channels: halfway between their centers, the outer ones extrapolated."""
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


def far_spaxels(z: np.ndarray, observed: np.ndarray) -> int:
    """Number of redshifts z (n,) that are to blame if the common range is far shorter than is typical, else 0.

    In the logarithm of the wavelength the common range is that of the cube less the spread of ln(1 + z); typical is
    the spread between its quantiles of 1 and 99 %.
    """
    shift, edges = np.log1p(z), channel_edges(observed)
    low, high = np.quantile(shift, (0.01, 0.99))
    span = np.log(edges[-1] / edges[0])
    typical = span - (high - low)
    if typical <= 0 or span - np.ptp(shift) >= _SHRUNK * typical:
        return 0
    return int(np.count_nonzero(np.maximum(low - shift, shift - high) > (1 - _SHRUNK) / 2 * typical))
