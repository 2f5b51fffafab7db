"""The rest frame: each spectrum resampled as its source would show it at rest."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from cubeclust.errors import InputError
from cubeclust.preprocessing.resampling import resampled
from cubeclust.spectra import Spectra
from cubeclust.spectroscopy.channels import Channels, channel_edges, overlapped

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

    z: Float[np.ndarray, "ny nx"]
    observed: Float[np.ndarray, " n_wave"]
    channels: Bool[np.ndarray, " n_wave"]
    low: float
    middle: float
    high: float

    @classmethod
    def of(
        cls,
        z: Float[np.ndarray, "ny nx"],
        entering: Bool[np.ndarray, "ny nx"],
        observed: Float[np.ndarray, " n_wave"],
        option: str,
    ) -> "RestFrame":
        """Rest frame with all channels that each of the spaxels `entering` covers.

        option is the one that brought the redshifts.

        Raises:
            InputError: fewer than two channels, or none that all of them cover.
        """
        if len(observed) < 2:
            raise InputError(f"{option} needs a cube of two channels or more; cluster this one without it.")
        low, middle, high = map(float, np.quantile(z[entering], (0, 0.5, 1), method="lower"))
        whole = cls(z, observed, np.ones(len(observed), bool), low, middle, high)
        edges, reached = channel_edges(observed), whole._reach()
        covered = (reached.low >= edges[0]) & (reached.high <= edges[-1])
        if not covered.any():
            raise InputError(
                f"{option}: redshifts from {low:.6g} to {high:.6g} leave no wavelength that all spaxels cover; "
                "leave out wrong ones by --mask, or correct them and their unit."
            )
        return replace(whole, channels=covered)

    def __str__(self) -> str:
        first, last = self.wavelength[0], self.wavelength[-1]
        return (
            f"z = v / c from {self.low:.6g} to {self.high:.6g}, median {self.middle:.6g}, "
            f"{first:.2f}:{last:.2f} Angstrom at rest"
        )

    @property
    def wavelength(self) -> Float[np.ndarray, " n_made"]:
        """Wavelength at rest of the channels that are made, Angstrom, to the digits that a cube's axis is read with."""
        return np.round(self.observed[self.channels] / (1 + self.middle), 6)

    @property
    def made(self) -> Channels:
        """The channels that are made, at rest."""
        own, factor = Channels.of(self.observed).only(self.channels), 1 + self.middle
        return Channels(self.wavelength, own.low / factor, own.high / factor)

    @property
    def sources(self) -> Bool[np.ndarray, " n_wave"]:
        """Channels of the cube that the channels made are resampled from."""
        return overlapped(Channels.of(self.observed), self._reach().only(self.channels))

    def only(self, chosen: Bool[np.ndarray, " n_made"]) -> "RestFrame":
        """The same frame with only those of its channels where `chosen` (channels made,) is True."""
        channels = self.channels.copy()
        channels[self.channels] = chosen
        return replace(self, channels=channels)

    def apply(self, spectra: Spectra) -> Spectra:
        """Return spectra at rest; each of `spectra` has a redshift, and they have at least the channels `sources`."""
        own = Channels.of(self.observed)
        stretch = self._stretch(self.z[spectra.y, spectra.x])
        flux, variance = resampled(
            spectra,
            own.only(np.isin(self.observed, spectra.wavelength)),
            own.only(self.channels),
            stretch=stretch,
            density=(1 + self.middle) * stretch,  # 1 + z
        )
        return replace(spectra, flux=flux, variance=variance, wavelength=self.wavelength, rest=True)

    def _stretch(self, z: Float[np.ndarray, "*shape"] | float) -> Float[np.ndarray, " ..."]:
        """Factor from the cube's own channels to those that a spaxel at redshift z shows as the rest channels."""
        return np.asarray((1 + z) / (1 + self.middle))

    def _reach(self) -> Channels:
        """What the spaxels see of each channel (n_wave,): from the least lower to the largest upper edge."""
        own = Channels.of(self.observed)
        return replace(own, low=own.low * self._stretch(self.low), high=own.high * self._stretch(self.high))


def far_spaxels(z: Float[np.ndarray, " n"], observed: Float[np.ndarray, " n_wave"]) -> int:
    """Number of redshifts z that are to blame if the common range is far shorter than is typical, else 0.

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
