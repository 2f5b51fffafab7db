"""Wavelength windows."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float


@dataclass(frozen=True)
class Window:
    """Closed range of wavelengths, Angstrom.

    >>> window = Window.parse("6548:6584")
    >>> window.channels(np.array([6500.0, 6548.0, 6563.0, 6600.0]))
    array([False,  True,  True, False])
    """

    low: float
    high: float

    def __str__(self) -> str:
        return ":".join(repr(bound).removesuffix(".0") for bound in (self.low, self.high))

    @classmethod
    def parse(cls, text: str) -> "Window":
        """The window that `str` wrote."""
        low, high = text.split(":")
        return cls(float(low), float(high))

    def channels(self, wavelength: Float[np.ndarray, " n_wave"]) -> Bool[np.ndarray, " n_wave"]:
        """Which channels lie in the window."""
        return (wavelength >= self.low) & (wavelength <= self.high)

    def covered_by(self, wavelength: Float[np.ndarray, " n_wave"]) -> bool:
        """Whether the axis reaches over the whole window, to half a channel."""
        half = np.diff(wavelength).max(initial=0) / 2
        return bool(self.low >= wavelength[0] - half and self.high <= wavelength[-1] + half)
