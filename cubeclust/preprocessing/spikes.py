"""Single damaged samples."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Integer

from cubeclust.spectra import Spectra
from cubeclust.statistics.noise import row_scatter

_BASE = np.array([-6, -5, -4, -3, -2, 2, 3, 4, 5, 6])  # channels beside a spike that state the level below it
_NARROW = 0.3  # of a spike's height that the channels beside it may reach; those of a line reach half
_SHARED = 0.25  # of its height that spaxels beside it may reach
_SHARING = 2  # spaxels beside it that make a feature of the sky of it
_AROUND = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0)]


@dataclass(frozen=True)
class MaskSpikes:
    """Treat samples as missing that stand out from their neighbors along the wavelength and on the sky.

    Such a sample exceeds both channels beside it by `height` times its noise, upward or downward; they stay below 0.3
    of its height over the level around, so that no line with the width of a spectrograph's profile is one; and at most
    one of the eight spaxels around shows the feature in the same channel. Noise is the larger of the root of the
    variance and the scatter of the spectrum. Flux and variance of a spike become NaN.
    """

    height: float

    def apply(self, spectra: Spectra) -> Spectra:
        """Return spectra without spikes, with a note on their number."""
        row, channel = self._found(spectra)
        if not len(row):
            return spectra
        flux, variance = spectra.flux.copy(), None if spectra.variance is None else spectra.variance.copy()
        flux[row, channel] = np.nan
        if variance is not None:
            variance[row, channel] = np.nan
        return replace(spectra, flux=flux, variance=variance).noted(
            f"{len(row):,} single samples of {len(np.unique(row)):,} spectra stand out from their neighbors by "
            f"{self.height:g} times their noise and count as missing (--spikes 0 keeps them)"
        )

    def _found(self, spectra: Spectra) -> Integer[np.ndarray, "2 n"]:
        """Row and channel of each spike."""
        if spectra.n_wave < 3:
            return np.empty((2, 0), int)
        inner, places = _inner(spectra.wavelength)[1:-1], spectra.image(np.arange(len(spectra)), -1)
        found = [np.empty((2, 0), int)]
        for rows in spectra.blocks():
            flux = np.ascontiguousarray(spectra.flux[rows])
            least = self.height * row_scatter(flux).astype(np.float32)[:, None]
            for sign, outermost in ((1, np.maximum), (-1, np.minimum)):
                excess = outermost(flux[:, :-2], flux[:, 2:])
                np.subtract(flux[:, 1:-1], excess, out=excess)
                excess *= sign
                row, channel = np.nonzero((excess > least) & inner)
                kept = self._exceeds(excess[row, channel], spectra.variance, row + rows.start, channel + 1)
                kept &= _narrow(sign, flux, row, channel + 1)
                found.append(np.stack([row[kept] + rows.start, channel[kept] + 1]))
        row, channel = np.concatenate(found, axis=1)
        alone = _alone(spectra, row, channel, places)
        return np.stack([row[alone], channel[alone]])

    def _exceeds(
        self,
        excess: Float[np.ndarray, " n"],
        variance: Float[np.ndarray, "_ n_wave"] | None,
        row: Integer[np.ndarray, " n"],
        channel: Integer[np.ndarray, " n"],
    ) -> Bool[np.ndarray, " n"]:
        """Which excesses over both neighbors are large by the variance, too; those of unknown variance are."""
        if variance is None:
            return np.ones(len(row), bool)
        return ~(excess <= self.height * np.sqrt(variance[row, channel]))


def _inner(wavelength: Float[np.ndarray, " n_wave"]) -> Bool[np.ndarray, " n_wave"]:
    """Channels with a neighbor on either side, none of which lies beyond a gap of the wavelengths."""
    steps = np.diff(wavelength)
    near = steps < 1.5 * np.median(steps) if len(steps) else np.empty(0, bool)
    return np.concatenate([[False], near]) & np.concatenate([near, [False]])


def _narrow(
    sign: int, flux: Float[np.ndarray, "m n_wave"], row: Integer[np.ndarray, " n"], channel: Integer[np.ndarray, " n"]
) -> Bool[np.ndarray, " n"]:
    """Whether the channels beside a peak (sign 1) or a hole (-1) stay far from it, all about the level around."""
    if not len(row):
        return np.zeros(0, bool)
    around = flux[row[:, None], np.clip(channel[:, None] + _BASE, 0, flux.shape[1] - 1)]
    level = np.median(np.where(np.isfinite(around), around, flux[row, channel - 1][:, None]), axis=1)
    beside = np.maximum(sign * (flux[row, channel - 1] - level), sign * (flux[row, channel + 1] - level))
    return beside <= _NARROW * sign * (flux[row, channel] - level)


def _alone(
    spectra: Spectra,
    row: Integer[np.ndarray, " n"],
    channel: Integer[np.ndarray, " n"],
    places: Integer[np.ndarray, "ny nx"],
) -> Bool[np.ndarray, " n"]:
    """Whether fewer than two of the spaxels around show the feature."""
    framed = np.pad(places, 1, constant_values=-1)
    own, sharing = _excess(spectra.flux, row, channel), np.zeros(len(row), int)
    for dy, dx in _AROUND:
        other = framed[spectra.y[row] + 1 + dy, spectra.x[row] + 1 + dx]
        same = np.sign(own) * _excess(spectra.flux, other, channel) > _SHARED * np.abs(own)
        sharing += (other >= 0) & same
    return sharing < _SHARING


def _excess(
    flux: Float[np.ndarray, "n n_wave"], row: Integer[np.ndarray, " m"], channel: Integer[np.ndarray, " m"]
) -> Float[np.ndarray, " m"]:
    """Height of a sample over the mean of the two channels beside it."""
    return flux[row, channel] - (flux[row, channel - 1] + flux[row, channel + 1]) / 2
