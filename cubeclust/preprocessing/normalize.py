"""Normalization of each spectrum by its mean in a band."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Float64

from cubeclust.errors import InputError
from cubeclust.quality import Quality
from cubeclust.spectra import Spectra
from cubeclust.spectroscopy.windows import Window


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


def _sums(band: Float[np.ndarray, "n n_band"]) -> Float64[np.ndarray, "2 n"]:
    """Number and sum of the finite samples of each row, (2, n) float64."""
    finite = np.isfinite(band)
    return np.stack([finite.sum(axis=1), np.where(finite, band, 0).sum(axis=1, dtype=np.float64)])


SEED_BAND = Window(7600.0, 8100.0)  # of the seed paper of NGC 1068


def default_band(
    wavelength: Float[np.ndarray, " n_wave"],
    features: Bool[np.ndarray, " n_wave"],
    excluded: Bool[np.ndarray, " n_wave"],
) -> tuple[Window, str]:
    """Band used where the user names none, and a sentence that names it and the reason.

    SEED_BAND where the cube covers it and not all of it is excluded, otherwise the span of the feature
    channels (n_wave,), of which only those count that were selected.
    """
    covered = SEED_BAND.covered_by(wavelength)
    if covered and (SEED_BAND.channels(wavelength) & ~excluded).any():
        return SEED_BAND, f"each spectrum is divided by its mean in {SEED_BAND} Angstrom (--normalize-band)"
    chosen = wavelength[features]
    span = Window(float(chosen[0]), float(chosen[-1]))
    return span, (
        f"{SEED_BAND} Angstrom is {'excluded' if covered else 'not covered'}: each spectrum is divided by its mean "
        f"over the selected channels of {span} (--normalize-band)"
    )
