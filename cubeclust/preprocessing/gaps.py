"""Missing samples."""

from dataclasses import dataclass, replace

import numpy as np

from cubeclust.errors import InputError
from cubeclust.quality import Quality
from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class FillGaps:
    """One rule for samples that are NaN.

    A channel missing in more than half of the spectra is dropped for all. A spectrum that then misses more
    than max_share of its channels is left out. What is still missing is interpolated linearly along the
    wavelength, beyond the ends by the nearest sample; its variance becomes NaN. With every_channel none is dropped,
    for a fitted model that needs them all.
    """

    max_share: float = 0.1
    every_channel: bool = False

    def apply(self, spectra: Spectra) -> Spectra:
        """Return spectra without NaN in their flux."""
        missing = np.zeros(spectra.n_wave, np.int64)
        for rows in spectra.blocks():
            missing += np.isnan(spectra.flux[rows]).sum(axis=0)
        if not missing.any():
            return spectra
        alive = (missing <= len(spectra) / 2) | self.every_channel
        if not alive.any():
            raise InputError("no channel has data in half of the spectra; choose another --window.")
        gaps = np.concatenate([np.isnan(spectra.flux[rows][:, alive]).sum(axis=1) for rows in spectra.blocks()])
        empty = gaps == alive.sum()
        few = empty | (gaps > self.max_share * alive.sum())
        kept = spectra.keep(np.where(few, Quality.FEW_CHANNELS, 0), alive)
        return _interpolated(kept, owned=kept is not spectra)


def _interpolated(spectra: Spectra, *, owned: bool) -> Spectra:
    """Gaps filled, in place where the arrays are a copy that nobody else holds."""
    flux = spectra.flux if owned else spectra.flux.copy()
    variance = spectra.variance if owned or spectra.variance is None else spectra.variance.copy()
    for row in np.flatnonzero(np.concatenate([np.isnan(flux[rows]).any(axis=1) for rows in spectra.blocks()])):
        gap = np.isnan(flux[row])
        flux[row, gap] = np.interp(spectra.wavelength[gap], spectra.wavelength[~gap], flux[row, ~gap])
        if variance is not None:
            variance[row, gap] = np.nan
    return replace(spectra, flux=flux, variance=variance)
