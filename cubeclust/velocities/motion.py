"""How the spaxels move."""

from dataclasses import dataclass

import numpy as np

from cubeclust.spectroscopy.lines import LIGHT_SPEED


@dataclass(frozen=True)
class Motion:
    """Redshifts that spectra are brought to rest by; images are (NY, NX), NaN where unknown or misleading.

    redshift   float64: z = v / c
    systemic   redshift that velocities are about
    sigma      km/s, width of the lines; None where nobody measured it
    """

    redshift: np.ndarray
    systemic: float
    sigma: np.ndarray | None = None

    @property
    def velocity(self) -> np.ndarray:
        """Velocity about the systemic, km/s: c (z - systemic) / (1 + systemic)."""
        return LIGHT_SPEED * (self.redshift - self.systemic) / (1 + self.systemic)
