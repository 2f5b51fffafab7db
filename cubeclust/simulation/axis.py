"""The wavelength axis of MUSE and the window of it that a made cube has."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from cubeclust.spectroscopy.lines import EMISSION, vacuum_to_air

START, STEP, CHANNELS = 4750.0, 1.25, 3681  # Angstrom, Angstrom, of a MUSE cube in the nominal mode
_BEYOND = 250.0  # Angstrom from H-alpha to the red end of a window, just past [SII]


@dataclass(frozen=True)
class Axis:
    """Channels first .. first + channels - 1 of the MUSE axis, whose numbers are wavelengths in the medium."""

    first: int = 0
    channels: int = CHANNELS
    medium: str = "air"

    @property
    def start(self) -> float:
        """Wavelength of the first channel, Angstrom, in the axis's medium."""
        return START + STEP * self.first

    def edges(self, begin: int, end: int) -> Float64[np.ndarray, " n_edges"]:
        """Limits (end - begin + 1,) in air, Angstrom, of the channels begin .. end - 1 of this axis."""
        own = self.start + STEP * (np.arange(begin, end + 1) - 0.5)
        return vacuum_to_air(own) if self.medium == "vacuum" else own


def window(channels: int, redshift: float, medium: str) -> Axis:
    """Axis of so many channels with H-alpha and [NII] in it.

    H-alpha lies in the middle, but never more than 250 Angstrom from the red end: longer windows grow to the blue, so
    that 1,600 channels reach H-beta, and then to the red.
    """
    [halpha] = [line.air for line in EMISSION if line.name == "Halpha"]
    beyond = min(_BEYOND, channels * STEP / 2)
    last = round(((1 + redshift) * halpha + beyond - START) / STEP)
    return Axis(min(max(0, last - channels), CHANNELS - channels), channels, medium)
