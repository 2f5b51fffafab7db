"""The settings of a velocity map by its stages."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cubeclust.io.cubes.cube_file import CubeFile
    from cubeclust.runtime.progress import Progress
    from cubeclust.velocities.field import VelocityField


@dataclass(frozen=True)
class AlfaSource:
    """ALFA's fits of a cube, by their directory; guess (km/s) and z name the systemic redshift."""

    from_alfa: Path
    guess: float | None
    z: float | None

    def open(self, cube_file: "CubeFile", progress: "Progress") -> "VelocityField":
        """Read the velocities; InputError as for read_alfa."""
        from cubeclust.io.velocities.alfa import read_alfa

        return read_alfa(self.from_alfa, cube_file, progress, guess=self.guess, z=self.z)


@dataclass(frozen=True)
class RectangleSettings:
    """Which spaxels are measured: those of a rectangle that are not masked."""

    crop: tuple[int, int, int, int]
    mask: Path | None


@dataclass(frozen=True)
class MeasurementSettings:
    """How velocities are measured.

    systemic  redshift that is named, None where it is measured
    search    range of velocities on either side of it, km/s
    medium    of the wavelengths, None as the header states
    lsf       full width at half maximum of the instrument's line profile, Angstrom, None for that of the layout
    bin       signal to noise of the lines that faint spaxels are binned for, None without bins
    """

    systemic: float | None
    search: float
    medium: Literal["air", "vacuum"] | None
    lsf: float | None
    bin: float | None
