"""Which spaxels enter: masks and signal to noise."""

from dataclasses import dataclass

import numpy as np

from cubeclust.errors import InputError
from cubeclust.quality import Quality
from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class MaskSpaxels:
    """Leave out the spaxels where masked (NY, NX) is True."""

    masked: np.ndarray

    def apply(self, spectra: Spectra) -> Spectra:
        """Flag them MASKED."""
        return spectra.keep(np.where(self.masked[spectra.y, spectra.x], Quality.MASKED, 0))


@dataclass(frozen=True)
class MinSnr:
    """Leave out spectra whose median signal to noise per channel is under the limit or unknown."""

    limit: float

    def apply(self, spectra: Spectra) -> Spectra:
        """Flag them LOW_SNR; InputError if the cube has no variance."""
        if spectra.variance is None:
            raise InputError("--min-snr needs a variance and the cube has none; name it by --variance-hdu.")
        return spectra.keep(np.where(spectra.snr >= self.limit, 0, Quality.LOW_SNR))
