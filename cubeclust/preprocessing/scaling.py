"""Scaling of the features that a method sees: none, z-score of each channel, total flux."""

from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol

import numpy as np

from cubeclust.quality import Quality
from cubeclust.spectra import Spectra


class Scaling(Protocol):
    """A scaling fitted to some spectra, that others can be brought through too."""

    name: ClassVar[str]

    @classmethod
    def fit(cls, spectra: Spectra) -> "Scaling":
        """Learn what the scaling needs."""

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """What was learned, by name."""

    def unusable(self, spectra: Spectra) -> np.ndarray:
        """Quality bits (n,) of the spectra that cannot be scaled, 0 for the others."""

    def apply(self, spectra: Spectra) -> Spectra:
        """Return scaled spectra, without variance, leaving the input as it is."""


@dataclass(frozen=True)
class Unscaled:
    """The spectra as they are."""

    name: ClassVar[str] = "none"
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def fit(cls, spectra: Spectra) -> "Unscaled":
        """Learn nothing."""
        return cls()

    def unusable(self, spectra: Spectra) -> np.ndarray:
        """Every spectrum is usable."""
        return np.zeros(len(spectra), np.int32)

    def apply(self, spectra: Spectra) -> Spectra:
        """Return the same flux."""
        return replace(spectra, variance=None)


@dataclass(frozen=True)
class ZScore:
    """(flux - mean) / deviation of each channel over all spectra; a constant channel becomes 0.

    mean, deviation   (n_wave,) float64, accumulated in float64
    """

    mean: np.ndarray
    deviation: np.ndarray
    name: ClassVar[str] = "zscore"

    @classmethod
    def fit(cls, spectra: Spectra) -> "ZScore":
        """Mean and population deviation, in two passes over blocks of rows."""
        total = np.zeros(spectra.n_wave)
        for rows in spectra.blocks():
            total += spectra.flux[rows].sum(axis=0, dtype=np.float64)
        mean = total / len(spectra)
        squares = np.zeros(spectra.n_wave)
        for rows in spectra.blocks():
            squares += np.square(spectra.flux[rows] - mean).sum(axis=0)
        deviation = np.sqrt(squares / len(spectra))
        # A constant channel differs from its float32 mean by rounding alone.
        constant = deviation <= 4 * np.finfo(np.float32).eps * np.abs(mean)
        return cls(mean, np.where(constant, 0.0, deviation))

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """Mean and deviation; that of a constant channel is 0."""
        return {"mean": self.mean, "deviation": self.deviation}

    def unusable(self, spectra: Spectra) -> np.ndarray:
        """Every spectrum is usable."""
        return np.zeros(len(spectra), np.int32)

    def apply(self, spectra: Spectra) -> Spectra:
        """Return standardized channels."""
        flux = np.empty_like(spectra.flux)
        mean = self.mean.astype(np.float32)
        weight = np.divide(1, self.deviation, out=np.zeros_like(self.deviation), where=self.deviation > 0).astype(
            np.float32
        )
        for rows in spectra.blocks():
            np.subtract(spectra.flux[rows], mean, out=flux[rows])
            flux[rows] *= weight
        return replace(spectra, flux=flux, variance=None)


@dataclass(frozen=True)
class TotalFlux:
    """Each spectrum divided by its sum over the feature channels."""

    name: ClassVar[str] = "total-flux"
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def fit(cls, spectra: Spectra) -> "TotalFlux":
        """Learn nothing: each spectrum is scaled by itself."""
        return cls()

    def unusable(self, spectra: Spectra) -> np.ndarray:
        """Spectra whose total is not positive."""
        return np.where(_totals(spectra) > 0, 0, Quality.NOT_NORMALIZABLE)

    def apply(self, spectra: Spectra) -> Spectra:
        """Return spectra of unit sum."""
        flux, totals = np.empty_like(spectra.flux), _totals(spectra)[:, None]
        for rows in spectra.blocks():
            flux[rows] = spectra.flux[rows] / totals[rows]
        return replace(spectra, flux=flux, variance=None)


def _totals(spectra: Spectra) -> np.ndarray:
    return spectra.flux.sum(axis=1, dtype=np.float64)


SCALINGS: dict[str, type[Scaling]] = {scaling.name: scaling for scaling in (Unscaled, ZScore, TotalFlux)}
