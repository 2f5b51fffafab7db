"""Missing samples."""

from dataclasses import dataclass, replace

import numpy as np

from cubeclust.quality import Quality
from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class FillGaps:
    """One rule for samples that are NaN.

    A channel missing in more than half of the spectra is dropped for all. A spectrum that then misses more
    than max_share of its channels is left out. What is still missing is interpolated linearly along the
    wavelength, beyond the ends by the nearest sample; its variance becomes NaN.
    """

    max_share: float = 0.1

    def apply(self, spectra: Spectra) -> Spectra:
        """Return spectra without NaN in their flux."""
        missing = np.zeros(spectra.n_wave, np.int64)
        for rows in spectra.blocks():
            missing += np.isnan(spectra.flux[rows]).sum(axis=0)
        if not missing.any():
            return spectra
        spectra = spectra.channels(missing <= len(spectra) / 2)
        gaps = np.concatenate([np.isnan(spectra.flux[rows]).sum(axis=1) for rows in spectra.blocks()])
        spectra = spectra.keep(np.where(gaps > self.max_share * spectra.n_wave, Quality.FEW_CHANNELS, 0))
        return _interpolate(spectra)


def _interpolate(spectra: Spectra) -> Spectra:
    flux = spectra.flux.copy()
    variance = None if spectra.variance is None else spectra.variance.copy()
    for row in range(len(spectra)):
        gap = np.isnan(flux[row])
        if gap.any():
            flux[row, gap] = np.interp(spectra.wavelength[gap], spectra.wavelength[~gap], flux[row, ~gap])
            if variance is not None:
                variance[row, gap] = np.nan
    return replace(spectra, flux=flux, variance=variance)
