"""Files of spectra and velocities, with what the user states of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cubeclust.io.cubes.layouts import VarianceKind

if TYPE_CHECKING:
    from cubeclust.io.cubes.cube_file import CubeFile
    from cubeclust.io.velocities.images import VelocityMap


@dataclass(frozen=True)
class CubeSource:
    """A cube and its HDUs, by the names of the options; None leaves the choice to the layout."""

    cube: Path
    hdu: str | None
    variance_hdu: str | None
    variance_kind: VarianceKind | None
    mask_hdu: str | None
    wavelength_unit: str | None

    def open(self) -> "CubeFile":
        """Open the cube; add a note if the scatter between channels contradicts its variance.

        Raises:
            InputError: as for open_cube, and where mpdaf is not installed.
        """
        from cubeclust.io.celestial import require_reader
        from cubeclust.io.cubes.cube_file import open_cube
        from cubeclust.io.cubes.variance_check import with_noise_check

        require_reader()
        cube_file = open_cube(
            self.cube,
            hdu=self.hdu,
            variance_hdu=self.variance_hdu,
            variance_kind=self.variance_kind,
            mask_hdu=self.mask_hdu,
            wavelength_unit=self.wavelength_unit,
        )
        return with_noise_check(cube_file)


@dataclass(frozen=True)
class VelocityMapSource:
    """An image of velocities v = c z of another tool; unit and HDU None are the file's own.

    zero is the systemic velocity c z, km/s, that the image is relative to.
    """

    path: Path
    unit: str | None
    hdu: str | None
    zero: float | None

    def open(self, cube_file: "CubeFile") -> "VelocityMap":
        """Read the image on the frame of the cube; InputError as for read_velocity_map."""
        from cubeclust.io.velocities.images import read_velocity_map

        return read_velocity_map(self.path, cube_file, hdu_name=self.hdu, unit=self.unit, zero=self.zero)
