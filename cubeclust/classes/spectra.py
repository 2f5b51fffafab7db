"""Spectra of the classes."""

from dataclasses import dataclass

import numpy as np

from cubeclust.runtime import memory
from cubeclust.spectra import Spectra

QUANTILES = (0.1, 0.5, 0.9)
STATISTICS = ("mean", "std", "q10", "q50", "q90", "mean_error")


@dataclass(frozen=True)
class ClassSpectra:
    """Statistics of the normalized, unscaled spectra of each class, each (n_classes, n_wave) float32.

    A class without spectra has NaN. std is the population deviation within the class; mean_error is the error of the
    mean that the variance of the cube implies (independent spaxels), NaN without variance. wavelength (n_wave,),
    medium, rest and unit are those of the spectra.
    """

    wavelength: np.ndarray
    medium: str
    rest: bool
    unit: str
    mean: np.ndarray
    std: np.ndarray
    q10: np.ndarray
    q50: np.ndarray
    q90: np.ndarray
    mean_error: np.ndarray

    @classmethod
    def of(cls, spectra: Spectra, labels: np.ndarray, n_classes: int) -> "ClassSpectra":
        """Statistics of each label 0..n_classes-1, by blocks of channels; sums in float64."""
        tables = np.full((len(STATISTICS), n_classes, spectra.n_wave), np.nan, np.float32)
        for label in range(n_classes):
            members = np.flatnonzero(labels == label)
            if not len(members):
                continue
            step = memory.rows_per_block(4 * len(members))
            for start in range(0, spectra.n_wave, step):
                part = slice(start, start + step)
                flux = spectra.flux[members, part]
                tables[0, label, part] = flux.mean(axis=0, dtype=np.float64)
                tables[1, label, part] = flux.std(axis=0, dtype=np.float64)
                tables[2:5, label, part] = np.quantile(flux, QUANTILES, axis=0, overwrite_input=True)
                if spectra.variance is not None:
                    tables[5, label, part] = _mean_error(spectra.variance[members, part])
        return cls(spectra.wavelength, spectra.medium, spectra.rest, spectra.unit, *tables)


def _mean_error(variance: np.ndarray) -> np.ndarray:
    """Error of the mean from variances (members, channels), those that are unknown left out."""
    known = np.isfinite(variance)
    count = known.sum(axis=0)
    total = np.where(known, variance, 0).sum(axis=0, dtype=np.float64)
    return np.sqrt(total) / np.where(count, count, np.nan)
