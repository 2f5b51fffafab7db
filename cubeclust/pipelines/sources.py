"""Files of spectra and velocities, with what the user states of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cubeclust.errors import InputError
from cubeclust.io.cubes.layouts import VarianceKind
from cubeclust.settings import Declaration, Panel, setting
from cubeclust.spectroscopy.doppler import UNITS

if TYPE_CHECKING:
    from cubeclust.io.cubes.cube_file import CubeFile
    from cubeclust.io.velocities.images import VelocityMap

Cube = Annotated[Path, Declaration("FITS file of the cube.", panel=Panel.INPUT, argument=True)]


@dataclass(frozen=True)
class CubeSource:
    """A cube and its HDUs, by the names of the options; None leaves the choice to the layout of the file."""

    cube: Cube
    hdu: str | None = setting(None, "HDU of the flux.", panel=Panel.INPUT, shown="by the layout of the file")
    variance_hdu: str | None = setting(
        None, 'HDU of the uncertainty; "none" ignores it.', panel=Panel.INPUT, shown="by the layout of the file"
    )
    variance_kind: VarianceKind | None = setting(
        None, "Kind of uncertainty in that HDU, if its name is misleading.", panel=Panel.INPUT
    )
    mask_hdu: str | None = setting(
        None,
        'HDU of the mask (2-D) or of the quality flags (3-D), 0 = good; "none" ignores both.',
        panel=Panel.INPUT,
        shown="by the layout of the file",
    )
    wavelength_unit: str | None = setting(
        None, "Unit of the wavelength axis, if the header states none or a wrong one.", panel=Panel.INPUT
    )

    def open(self) -> "CubeFile":
        """Open the cube to read its spectra; InputError as for `read_headers`, and where mpdaf is not installed."""
        from cubeclust.io.celestial import require_reader

        require_reader()
        return self.read_headers()

    def read_headers(self) -> "CubeFile":
        """Open the cube; add a note if the scatter between channels contradicts its variance.

        Raises:
            InputError: as for open_cube.
        """
        from cubeclust.io.cubes.cube_file import open_cube
        from cubeclust.io.cubes.variance_check import with_noise_check

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
    unit: str | None = setting(
        None, "Unit of --velocity-map, if its BUNIT is missing or wrong.", panel=Panel.REST_FRAME, choices=tuple(UNITS)
    )
    hdu: str | None = setting(None, "HDU of --velocity-map, if the file holds several images.", panel=Panel.REST_FRAME)
    zero: float | None = setting(
        None,
        "Systemic velocity c z, km/s, that --velocity-map is relative to, if its header does not state it.",
        panel=Panel.REST_FRAME,
    )

    def open(self, cube_file: "CubeFile") -> "VelocityMap":
        """Read the image on the frame of the cube; InputError as for read_velocity_map."""
        from cubeclust.io.velocities.images import read_velocity_map

        return read_velocity_map(self.path, cube_file, hdu_name=self.hdu, unit=self.unit, zero=self.zero)


def require_velocity_map(path: Path | None, *description: object) -> None:
    """Raise InputError if unit, HDU or zero of a velocity map are given, but not the map."""
    if path is None and any(value is not None for value in description):
        raise InputError(
            "--velocity-unit, --velocity-hdu and --velocity-zero describe a --velocity-map; give one or leave them out."
        )
