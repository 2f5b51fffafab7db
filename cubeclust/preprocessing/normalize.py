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
        parts = [_sums(spectra.flux[rows][:, inside]) for rows in spectra.blocks()]
        counts, sums = np.concatenate(parts, axis=1)
        mean = sums / np.maximum(counts, 1)  # (n,)
        usable = (mean > 0) & (counts >= inside.sum() / 2)
        normalized = spectra.keep(np.where(usable, 0, Quality.NOT_NORMALIZABLE), divisor=mean)
        return replace(normalized, unit="")


def _sums(band: np.ndarray) -> np.ndarray:
    """Number and sum of the finite samples of each row, (2, n) float64."""
    finite = np.isfinite(band)
    return np.stack([finite.sum(axis=1), np.where(finite, band, 0).sum(axis=1, dtype=np.float64)])


def default_band(wavelength: np.ndarray, features: np.ndarray, excluded: np.ndarray) -> tuple[Window, str]:
    """Band used where the user names none, and a sentence that says which one and why.

    7600:8100 Angstrom where the cube covers it and not all of it is excluded (n_wave,), otherwise the span of
    the feature channels (n_wave,).
    """
    seed = Window(7600.0, 8100.0)
    if seed.covered_by(wavelength) and (seed.channels(wavelength) & ~excluded).any():
        return seed, f"each spectrum is divided by its mean in {seed} Angstrom (--normalize-band)"
    chosen = wavelength[features]
    band = Window(float(chosen[0]), float(chosen[-1]))
    return band, (
        f"{seed} Angstrom is not covered: each spectrum is divided by its mean over the feature window {band} "
        "(--normalize-band)"
    )
