"""Which spaxels enter: masks and signal to noise."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Float32, Integer

from cubeclust.errors import InputError
from cubeclust.quality import Quality
from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class KeepArea:
    """Leave out the spaxels that are not asked for: those with a reason (NY, NX int32 Quality bits) that is not 0."""

    reasons: Integer[np.ndarray, "ny nx"]

    def apply(self, spectra: Spectra) -> Spectra:
        """Flag them with that reason and nothing else, with or without data."""
        kept = spectra.keep(self.reasons[spectra.y, spectra.x])
        return replace(kept, quality=np.where(self.reasons == 0, kept.quality, self.reasons))


@dataclass(frozen=True)
class LeaveOut:
    """Leave out the spaxels with a reason (NY, NX int32 Quality bits) that is not 0."""

    reasons: Integer[np.ndarray, "ny nx"]

    def apply(self, spectra: Spectra) -> Spectra:
        """Flag those that have data."""
        return spectra.keep(self.reasons[spectra.y, spectra.x])


@dataclass(frozen=True)
class SignalToNoise:
    """Measure the signal to noise of each spectrum: the median over its channels of flux / sqrt(variance).

    With a minimum, spectra below it, or whose signal to noise is unknown, are left out.
    """

    minimum: float | None = None

    def apply(self, spectra: Spectra) -> Spectra:
        """Set snr and flag LOW_SNR; InputError for a minimum where the cube has no variance."""
        if spectra.variance is None:
            if self.minimum is None:
                return spectra
            raise InputError("--min-snr needs a variance and the cube has none; name it by --variance-hdu.")
        blocks = [_median_ratio(spectra.flux[rows], spectra.variance[rows]) for rows in spectra.blocks()]
        spectra = replace(spectra, snr=np.concatenate(blocks))
        if self.minimum is None:
            return spectra
        return spectra.keep(np.where(spectra.snr >= self.minimum, 0, Quality.LOW_SNR))


def _median_ratio(
    flux: Float[np.ndarray, "n n_wave"], variance: Float[np.ndarray, "n n_wave"]
) -> Float32[np.ndarray, " n"]:
    """Median over channels of flux / sqrt(variance), passing over unknown samples."""
    snr = np.full(len(flux), np.nan, np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = flux / np.sqrt(variance)
    known = np.isfinite(ratio)
    whole, some = known.all(axis=1), known.any(axis=1)
    gappy = some & ~whole
    snr[whole] = np.median(ratio[whole], axis=1)  # far quicker than nanmedian
    snr[gappy] = np.nanmedian(np.where(known[gappy], ratio[gappy], np.nan), axis=1)
    return snr
