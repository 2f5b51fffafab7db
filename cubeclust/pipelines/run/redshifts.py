"""Redshifts that bring the spectra of a run to rest."""

from dataclasses import dataclass

import numpy as np

from cubeclust.quality import OF_VELOCITY
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import VelocityFlag
from cubeclust.velocities.motion import Motion


@dataclass(frozen=True)
class Redshifts:
    """Redshifts of the spaxels of a cube, and why some of them are not used.

    option     that names their source
    name       in the log
    redshift   (NY, NX) float64: z = v / c, NaN where there is none
    flag       (NY, NX) int32: VelocityFlag bits that leave a spaxel out, 0 where its redshift is used
    asked      (NY, NX) bool: spaxels with data that would enter if every velocity were used
    field      the measurement; None for an image of another tool
    """

    option: str
    name: str
    redshift: np.ndarray
    flag: np.ndarray
    asked: np.ndarray
    field: VelocityField | None = None

    @classmethod
    def unflagged(cls, option: str, name: str, redshift: np.ndarray, asked: np.ndarray) -> "Redshifts":
        """Redshifts (NY, NX) of which nothing else is known."""
        return cls(option, name, redshift, _missing(redshift), asked)

    @classmethod
    def of(cls, option: str, name: str, field: VelocityField, asked: np.ndarray) -> "Redshifts":
        """Redshifts that were measured, with their flags."""
        flag = field.flag & int(field.dropped) | _missing(field.velocity)
        return cls(option, name, field.redshift, flag, asked, field)

    @property
    def entering(self) -> np.ndarray:
        """Spaxels (NY, NX) bool that are asked for and whose redshift is used."""
        return self.asked & (self.flag == 0)

    @property
    def quality(self) -> np.ndarray:
        """Quality bits (NY, NX) int32 of the spaxels that are left out."""
        bits = np.zeros(self.flag.shape, np.int32)
        for flag, bit in OF_VELOCITY.items():
            bits[self.flag & flag != 0] |= bit
        return bits

    @property
    def motion(self) -> Motion:
        """Motion of the spaxels; without a measurement it is about the median of those entering."""
        if self.field is not None:
            return Motion(self.redshift, self.field.systemic, self.field.sigma)
        return Motion(self.redshift, float(np.median(self.redshift[self.entering])))

    @property
    def dropped(self) -> dict[str, int]:
        """How many of the spaxels asked for each flag leaves out, by its name."""
        counts = {str(flag.name): int(np.count_nonzero(self.asked & (self.flag & flag != 0))) for flag in VelocityFlag}
        return {name: count for name, count in counts.items() if count}

    @property
    def summary(self) -> str:
        """One line on the spaxels that are left out, and why."""
        n_asked, n_entering = np.count_nonzero(self.asked), np.count_nonzero(self.entering)
        reasons = ", ".join(f"{count:,} {name}" for name, count in self.dropped.items())
        if not reasons:
            return f"velocity: none of {n_asked:,} spaxels dropped"
        return f"velocity: {n_asked - n_entering:,} of {n_asked:,} spaxels dropped: {reasons}"


def _missing(values: np.ndarray) -> np.ndarray:
    """NO_VELOCITY (NY, NX) int32 where a value is not finite, 0 elsewhere."""
    return np.where(np.isfinite(values), 0, VelocityFlag.NO_VELOCITY).astype(np.int32)
