"""Redshifts of the spaxels."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from cubeclust.spectroscopy.doppler import LIGHT_SPEED, velocity_of


@dataclass(frozen=True)
class Motion:
    """Redshifts that spectra are brought to rest by; images are (NY, NX), NaN where unknown or misleading.

    redshift   float64: z = v / c
    systemic   redshift that velocities are about
    sigma      km/s, width of the lines; None where nobody measured it
    """

    redshift: Float[np.ndarray, "ny nx"]
    systemic: float
    sigma: Float[np.ndarray, "ny nx"] | None = None

    @classmethod
    def of_cz(cls, cz: Float[np.ndarray, "ny nx"], systemic: float) -> "Motion":
        """Motion of spaxels with velocities c z (NY, NX), km/s, that are not about the systemic redshift."""
        return cls(cz / LIGHT_SPEED, systemic)

    @property
    def velocity(self) -> Float[np.ndarray, "ny nx"]:
        """Velocity about the systemic, km/s: c (z - systemic) / (1 + systemic)."""
        return velocity_of(self.redshift, self.systemic)

    @property
    def cz(self) -> Float[np.ndarray, "ny nx"]:
        """Velocity c z, km/s, not about the systemic redshift."""
        return self.redshift * LIGHT_SPEED
