"""Velocities over the sky, their errors, and flags of those that mislead."""

from dataclasses import dataclass, field

import numpy as np
from astropy.wcs import WCS
from jaxtyping import Bool, Float, Float64, Integer, UInt8

from cubeclust.spectroscopy.doppler import redshift_of
from cubeclust.velocities.flags import KEPT, VelocityFlag


@dataclass(frozen=True)
class VelocityField:
    """Velocity, error, line width, signal to noise and flags of each spaxel; images are (NY, NX), NaN where unknown.

    velocity      km/s about the systemic redshift: c (z - systemic) / (1 + systemic)
    error         km/s, one standard deviation
    sigma         km/s, width of the lines
    snr           signal to noise of all lines together
    n_lines       int16: lines that are detected
    flag          int32: VelocityFlag bits
    systemic      redshift z = v / c of the object
    confidence    of the redshift that was found by itself: sure from 1.25; NaN for one that was given
    medium        "air" or "vacuum": that of the rest wavelengths which were matched; "unknown" for imported maps
    dropped       VelocityFlag bits that make a velocity misleading
    wcs           celestial WCS of the frame or None
    fluxes        line name -> flux in flux_unit; empty for imported maps
    flux_errors   line name -> one standard deviation
    bins          int32: number of the bin that the spaxel was measured in, -1 = none; None without binning
    tracer        uint8: what moves, a Tracer; None for imported maps
    """

    velocity: Float[np.ndarray, "ny nx"]
    error: Float[np.ndarray, "ny nx"]
    sigma: Float[np.ndarray, "ny nx"]
    snr: Float[np.ndarray, "ny nx"]
    n_lines: Integer[np.ndarray, "ny nx"]
    flag: Integer[np.ndarray, "ny nx"]
    systemic: float
    medium: str = "unknown"
    dropped: VelocityFlag = ~KEPT
    wcs: WCS | None = None
    fluxes: dict[str, Float[np.ndarray, "ny nx"]] = field(default_factory=dict)
    flux_errors: dict[str, Float[np.ndarray, "ny nx"]] = field(default_factory=dict)
    flux_unit: str = ""
    confidence: float = float("nan")
    bins: Integer[np.ndarray, "ny nx"] | None = None
    tracer: UInt8[np.ndarray, "ny nx"] | None = None

    @property
    def misleading(self) -> Bool[np.ndarray, "ny nx"]:
        """Where a velocity must not be used."""
        return (self.flag & int(self.dropped) != 0) | ~np.isfinite(self.velocity)

    @property
    def redshift(self) -> Float64[np.ndarray, "ny nx"]:
        """Redshift z = v / c of the spaxels whose velocity does not mislead, NaN elsewhere."""
        z = redshift_of(np.asarray(self.velocity, np.float64), self.systemic)
        return np.where(self.misleading, np.nan, z)

    def counts(self) -> dict[VelocityFlag, int]:
        """Number of spaxels with each bit that occurs."""
        counts = {bit: int(np.count_nonzero(self.flag & bit)) for bit in VelocityFlag}
        return {bit: count for bit, count in counts.items() if count}


def repeated_redshift(z: Float[np.ndarray, " n"]) -> tuple[float, int] | None:
    """A redshift that suspiciously many of z share exactly, and how many; None if there is none.

    At least 5 and 1 % of them, and five times as many as share any other: a fill value such as 0 or -999 km/s, or
    the guess that a fit fell back to (ALFA), but neither a constant map nor one rounded to whole km/s.
    """
    values, counts = np.unique(z, return_counts=True)
    if len(values) < 2:
        return None
    order = np.argsort(counts)
    most, next_most = counts[order[-1]], counts[order[-2]]
    if most < max(5, 0.01 * len(z), 5 * next_most):
        return None
    return float(values[order[-1]]), int(most)
