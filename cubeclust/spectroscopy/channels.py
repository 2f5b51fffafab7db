"""Channels of a wavelength axis: their centers and edges, and which of them overlap."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Integer, Shaped


@dataclass(frozen=True)
class Channels:
    """Channels by wavelength, lower and upper edge, each (n_wave,) Angstrom, ascending; there may be gaps."""

    wavelength: Float[np.ndarray, " n_wave"]
    low: Float[np.ndarray, " n_wave"]
    high: Float[np.ndarray, " n_wave"]

    @classmethod
    def of(cls, wavelength: Float[np.ndarray, " n_wave"]) -> "Channels":
        """Channels that touch each other."""
        edges = channel_edges(wavelength)
        return cls(wavelength, edges[:-1], edges[1:])

    def only(self, chosen: Shaped[np.ndarray, " n_chosen"]) -> "Channels":
        """Those where chosen (n_wave,) is True."""
        return Channels(self.wavelength[chosen], self.low[chosen], self.high[chosen])

    def __len__(self) -> int:
        return len(self.wavelength)


def overlapped(have: Channels, want: Channels) -> Bool[np.ndarray, " n_have"]:
    """Which channels the wanted ones overlap."""
    needed = np.zeros(len(have), bool)
    first = np.searchsorted(have.high, want.low, side="right")
    stop = np.searchsorted(have.low, want.high, side="left")
    for start, end in zip(first, stop, strict=True):
        needed[start:end] = True
    return needed


def channel_edges(wavelength: Float[np.ndarray, " n_wave"]) -> Float[np.ndarray, " n_wave+1"]:
    """Edges of channels: halfway between their centers, the outer ones extrapolated.

    A single channel is taken to be 1 Angstrom wide.

    >>> channel_edges(np.array([5000.0, 5001.0, 5003.0]))
    array([4999.5, 5000.5, 5002. , 5004. ])
    """
    if len(wavelength) == 1:
        return wavelength[0] + np.array([-0.5, 0.5])
    middle = (wavelength[1:] + wavelength[:-1]) / 2
    return np.concatenate([[2 * wavelength[0] - middle[0]], middle, [2 * wavelength[-1] - middle[-1]]])


def overlaps(
    have_low: Float[np.ndarray, " n_have"],
    have_high: Float[np.ndarray, " n_have"],
    want_low: Float[np.ndarray, " n_want"],
    want_high: Float[np.ndarray, " n_want"],
) -> tuple[Integer[np.ndarray, "m n_want"], Float[np.ndarray, "m n_want"]]:
    """Which channels lie under each wanted one, and the share of it that each of them covers.

    Edges are (n_have,) and (n_want,), ascending; both results are (m, n_want), m being the most channels that lie
    under one. Where fewer do, the share is 0.
    """
    first = np.searchsorted(have_high, want_low, side="right")
    most = int((np.searchsorted(have_low, want_high, side="left") - first).max())
    index = np.minimum(first, len(have_low) - most) + np.arange(most)[:, None]
    covered = np.minimum(have_high[index], want_high) - np.maximum(have_low[index], want_low)
    return index, np.maximum(covered, 0) / (want_high - want_low)
