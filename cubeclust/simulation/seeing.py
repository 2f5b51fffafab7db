"""The point spread function."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from scipy import fft

_BETA = 2.8  # of MUSE's wide field (Bacon et al. 2017, A&A 608, A1, section 5.1)


@dataclass(frozen=True)
class Seeing:
    """A Moffat profile of one width (FWHM in spaxels, 0 for none) at all wavelengths.

    The sky is made with a margin, blurred in a circle, and cut to its frame (size, size): spectra and truth go through
    the very same sum, so that the truth is exact for it.
    """

    size: int
    fwhm: float

    @property
    def margin(self) -> int:
        """Spaxels around the frame on which light is made, too."""
        return int(np.ceil(2 * self.fwhm))

    @property
    def side(self) -> int:
        """Spaxels of a side with the margin."""
        return self.size + 2 * self.margin

    @cached_property
    def _transfer(self) -> np.ndarray:
        offset = fft.fftfreq(self.side, 1 / self.side)
        core = self.fwhm / 2 / np.sqrt(2 ** (1 / _BETA) - 1)
        kernel = (1 + (offset**2 + offset[:, None] ** 2) / core**2) ** -_BETA
        return fft.rfft2(kernel / kernel.sum()).astype(np.complex64)

    def blurred(self, planes: Float[np.ndarray, "*planes side side"]) -> Float[np.ndarray, "*planes size size"]:
        """Planes (..., side, side) as seen, (..., size, size) of their type."""
        inner = slice(self.margin, self.margin + self.size)
        if not self.fwhm:
            return planes
        seen = fft.irfft2(fft.rfft2(planes) * self._transfer, s=(self.side, self.side))
        return seen[..., inner, inner].astype(planes.dtype)
