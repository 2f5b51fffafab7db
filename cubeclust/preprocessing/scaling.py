"""Scaling of the features that a method sees: none, noise or z-score of each channel, total flux."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from jaxtyping import Float64, Integer

from cubeclust.errors import InputError
from cubeclust.preprocessing.normalize import SIGNIFICANT, WELL_KNOWN, is_faint_field, means
from cubeclust.quality import Quality
from cubeclust.spectra import Spectra
from cubeclust.statistics.noise import typical_noise


@dataclass(frozen=True)
class Scaling(ABC):
    """A scaling fitted to some spectra, that others can be brought through too; by default nothing is learned."""

    name: ClassVar[str]

    @classmethod
    def fit(cls, spectra: Spectra) -> Self:
        """Learn what the scaling needs."""
        return cls()

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """What was learned, by name."""
        return {}

    @classmethod
    def unsuited(cls, spectra: Spectra, *, faint: bool) -> str:
        """Why the scaling is no default for these spectra, too faint to be normalized or not; "" where it is one."""
        return ""

    def unusable(self, spectra: Spectra) -> Integer[np.ndarray, " n"]:
        """Quality bits of the spectra that cannot be scaled, 0 for the others."""
        return np.zeros(len(spectra), np.int32)

    @abstractmethod
    def apply(self, spectra: Spectra) -> Spectra:
        """Return scaled spectra, without variance, leaving the input as it is."""


class Unscaled(Scaling):
    """The spectra as they are."""

    name = "none"

    def apply(self, spectra: Spectra) -> Spectra:
        """Return the same flux."""
        return replace(spectra, variance=None)


@dataclass(frozen=True)
class Noise(Scaling):
    """Each channel in units of its noise, so that a sample counts by how well it is measured.

    deviation   (n_wave,) float64: the typical standard deviation of a sample (`statistics.noise.typical_noise`)
    """

    deviation: Float64[np.ndarray, " n_wave"]
    name: ClassVar[str] = "noise"

    @classmethod
    def fit(cls, spectra: Spectra) -> Self:
        """Typical noise of the spectra; InputError where it is unknown."""
        noise = typical_noise(spectra)
        if not np.isfinite(noise).all() or not (noise > 0).all():
            raise InputError("--scale noise: the noise of the channels is unknown; give another --scale.")
        return cls(noise)

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The noise."""
        return {"deviation": self.deviation}

    def apply(self, spectra: Spectra) -> Spectra:
        """Return channels in units of their noise."""
        flux, weight = np.empty_like(spectra.flux), (1 / self.deviation).astype(np.float32)
        for rows in spectra.blocks():
            np.multiply(spectra.flux[rows], weight, out=flux[rows])
        return replace(spectra, flux=flux, variance=None)


@dataclass(frozen=True)
class ZScore(Scaling):
    """(flux - mean) / deviation of each channel over all spectra; a constant channel becomes 0.

    mean, deviation   (n_wave,) float64, accumulated in float64
    """

    mean: Float64[np.ndarray, " n_wave"]
    deviation: Float64[np.ndarray, " n_wave"]
    name: ClassVar[str] = "zscore"

    @classmethod
    def fit(cls, spectra: Spectra) -> Self:
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

    def apply(self, spectra: Spectra) -> Spectra:
        """Return standardized channels."""
        flux = np.empty_like(spectra.flux)
        mean = self.mean.astype(np.float32)
        varies = self.deviation > 0
        weight = np.where(varies, 1 / np.where(varies, self.deviation, 1), 0).astype(np.float32)
        for rows in spectra.blocks():
            np.subtract(spectra.flux[rows], mean, out=flux[rows])
            flux[rows] *= weight
        return replace(spectra, flux=flux, variance=None)


class TotalFlux(Scaling):
    """Each spectrum divided by its sum over the feature channels."""

    name = "total-flux"

    @classmethod
    def unsuited(cls, spectra: Spectra, *, faint: bool) -> str:
        """Many means or totals are not known well."""
        if faint:
            return "the field is too faint to compare shapes alone"
        known = means(spectra, np.ones(spectra.n_wave, bool))[2]
        if not is_faint_field(known):
            return ""
        number = np.count_nonzero(known < WELL_KNOWN)
        return f"{number:,} of {len(spectra):,} spectra have a total below {WELL_KNOWN:g} of its errors"

    def unusable(self, spectra: Spectra) -> Integer[np.ndarray, " n"]:
        """Spectra whose total is not positive, or less than 3 of its errors; InputError where those are most."""
        mean, _, known = means(spectra, np.ones(spectra.n_wave, bool))
        faint = known < SIGNIFICANT
        if np.count_nonzero(faint) > len(spectra) / 2:
            raise InputError(
                f"--scale total-flux: {np.count_nonzero(faint):,} of {len(spectra):,} spectra have a total below "
                f"{SIGNIFICANT:g} of its errors and would be left out; give --scale noise."
            )
        return np.where(mean > 0, np.where(faint, Quality.FAINT, 0), Quality.NOT_NORMALIZABLE)

    def apply(self, spectra: Spectra) -> Spectra:
        """Return spectra of unit sum."""
        flux, totals = np.empty_like(spectra.flux), _totals(spectra)[:, None]
        for rows in spectra.blocks():
            flux[rows] = spectra.flux[rows] / totals[rows]
        return replace(spectra, flux=flux, variance=None)


def _totals(spectra: Spectra) -> Float64[np.ndarray, " n"]:
    return spectra.flux.sum(axis=1, dtype=np.float64)


FAINT_FIELD = Noise.name  # in place of a default that does not suit the spectra
SCALINGS: dict[str, type[Scaling]] = {scaling.name: scaling for scaling in (Noise, TotalFlux, Unscaled, ZScore)}
