"""Normalization of each spectrum by its mean in a band."""

from dataclasses import dataclass, replace

import numpy as np

from cubeclust.errors import InputError
from cubeclust.preprocessing.windows import Window
from cubeclust.quality import Quality
from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class NormalizeBand:
    """Divide each spectrum by its mean over the band's channels (seed paper of NGC 1068: 7600-8100 A).

    A spectrum cannot be normalized, and is left out, where that mean is not positive or more than half of the
    band's channels are missing.
    """

    band: Window

    def apply(self, spectra: Spectra) -> Spectra:
        """Return spectra of unit mean in the band, variance by the square, without unit."""
        inside = self.band.channels(spectra.wavelength)
        if not inside.any():
            raise InputError(f"--normalize-band {self.band} holds no usable channel; choose another band.")
        band = spectra.flux[:, inside]
        counts = np.isfinite(band).sum(axis=1)
        mean = np.nansum(band, axis=1, dtype=np.float64) / np.maximum(counts, 1)  # (n,)
        usable = (mean > 0) & (counts >= inside.sum() / 2)
        spectra, mean = spectra.keep(np.where(usable, 0, Quality.NOT_NORMALIZABLE)), mean[usable, None]
        flux = np.empty_like(spectra.flux)
        variance = None if spectra.variance is None else np.empty_like(spectra.variance)
        for rows in spectra.blocks():
            flux[rows] = spectra.flux[rows] / mean[rows]
            if variance is not None and spectra.variance is not None:
                variance[rows] = spectra.variance[rows] / mean[rows] ** 2
        return replace(spectra, flux=flux, variance=variance, unit="")


def default_band(wavelength: np.ndarray, features: np.ndarray) -> tuple[Window, str]:
    """Band used where the user names none, and a sentence that says which one and why.

    7600:8100 Angstrom where the cube covers it, otherwise the span of the feature channels (n_wave,).
    """
    seed = Window(7600.0, 8100.0)
    if seed.covered_by(wavelength):
        return seed, f"each spectrum is divided by its mean in {seed} Angstrom (--normalize-band)"
    chosen = wavelength[features]
    band = Window(float(chosen[0]), float(chosen[-1]))
    return band, (
        f"the cube does not cover {seed} Angstrom: each spectrum is divided by its mean over the "
        f"feature window {band} (--normalize-band)"
    )
