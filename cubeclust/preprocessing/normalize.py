"""Normalization of each spectrum by its mean in a band."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Float64

from cubeclust.errors import InputError
from cubeclust.quality import Quality
from cubeclust.spectra import Spectra
from cubeclust.spectroscopy.windows import Window
from cubeclust.statistics.noise import mean_errors

SIGNIFICANT = 3.0  # errors that a mean has to reach for a spectrum to be divided by it
WELL_KNOWN = 10.0  # errors beyond which dividing by a mean adds next to nothing to the noise
_FAINT_FIELD = 0.1  # share of spectra below that, from which on spectra are not divided by a mean that nobody named


@dataclass(frozen=True)
class NormalizeBand:
    """Divide each spectrum by its mean over the band's channels (seed paper of NGC 1068: 7600-8100 A).

    A spectrum cannot be normalized, and is left out, where that mean is not positive, not 3 times as large as its
    error (which would make noise times any number of it), or more than half of the band's channels are missing. With
    `optional` nothing is divided where more than a tenth of the spectra has a mean of less than 10 errors, unless most
    means are negative beyond their errors, which no field is.
    """

    band: Window
    optional: bool = False

    def apply(self, spectra: Spectra) -> Spectra:
        """Return spectra of unit mean in the band, variance by the square, without unit; with a note if some are faint.

        Raises:
            InputError: no channel in the band; more than half of the spectra are too faint.
        """
        inside = self.band.channels(spectra.wavelength)
        if not inside.any():
            raise InputError(f"--normalize-band {self.band} holds no usable channel; choose another band.")
        mean, counts, known = means(spectra, inside)
        sampled = counts >= inside.sum() / 2
        if self.optional and is_faint_field(known) and not np.median(known) < -SIGNIFICANT:
            return spectra.noted(self._undivided(int(np.count_nonzero(known < WELL_KNOWN)), len(spectra)))
        faint = sampled & (known < SIGNIFICANT)
        self._require_bright(int(np.count_nonzero(faint)), len(spectra))
        reasons = np.where(faint, Quality.FAINT, 0)
        reasons[~sampled | ~(mean > 0)] = Quality.NOT_NORMALIZABLE
        normalized = replace(spectra.keep(reasons, divisor=mean), unit="", band=self.band)
        return normalized.noted(self._left_out(int(np.count_nonzero(faint)))) if faint.any() else normalized

    def _undivided(self, faint: int, n: int) -> str:
        return (
            f"{faint:,} of {n:,} spectra have a mean in {self.band} Angstrom below {WELL_KNOWN:g} of its errors: the "
            "spectra are not normalized, and classes follow brightness, too; to compare shapes alone give "
            f"--normalize-band {self.band}, which leaves out those below {SIGNIFICANT:g}"
        )

    def _left_out(self, faint: int) -> str:
        return (
            f"{faint:,} spectra are left out, whose mean in {self.band} Angstrom is below {SIGNIFICANT:g} of its "
            "errors; --normalize-band none keeps them"
        )

    def _require_bright(self, faint: int, n: int) -> None:
        if faint > n / 2:
            raise InputError(
                f"--normalize-band {self.band}: {faint:,} of {n:,} spectra have a mean below {SIGNIFICANT:g} of its "
                "errors there and would be left out; choose a band where they are brighter, none, or bin the cube."
            )


def means(
    spectra: Spectra, channels: Bool[np.ndarray, " n_wave"]
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Mean of each spectrum over the channels, number of samples in it, and the mean over its error, NaN if unknown."""
    parts = [_sums(spectra.flux[rows][:, channels]) for rows in spectra.blocks()]
    counts, sums = np.concatenate(parts, axis=1)
    mean = sums / np.maximum(counts, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return mean, counts, mean / mean_errors(spectra, channels)


def _sums(band: Float[np.ndarray, "n n_band"]) -> Float64[np.ndarray, "2 n"]:
    """Number and sum of the finite samples of each row, (2, n) float64."""
    finite = np.isfinite(band)
    return np.stack([finite.sum(axis=1), np.where(finite, band, 0).sum(axis=1, dtype=np.float64)])


def is_faint_field(known: Float64[np.ndarray, " n"]) -> bool:
    """Whether the means over their errors (n,) of more than a tenth of the spectra are below 10."""
    return bool(np.count_nonzero(known < WELL_KNOWN) > _FAINT_FIELD * len(known))


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
