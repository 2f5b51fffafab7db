"""Everything that a user can ask of a velocity map."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from cubeclust.errors import InputError
from cubeclust.io.cubes.layouts import VarianceKind
from cubeclust.pipelines.common_settings import common
from cubeclust.pipelines.parts import Compute, part
from cubeclust.pipelines.redshift.parts import AlfaSource, MeasurementSettings, RectangleSettings
from cubeclust.pipelines.sources import Cube, CubeSource, VelocityMapSource, require_velocity_map
from cubeclust.settings import Bytes, Crop, Names, Panel, as_in, check, setting
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.velocities.flags import KEPT, VelocityFlag

FLAGS = tuple(str(bit.name).lower() for bit in VelocityFlag)


@dataclass(frozen=True)
class RedshiftSettings:
    """Settings of `cubeclust redshift`, under the names of its options, whose help states what a default of None means.

    guess (km/s) and z name the systemic redshift, which is measured otherwise. from_alfa and velocity_map are
    velocities of others, to be judged in place of a measurement. crop is (left, right, bottom, top) in spaxels; memory
    is in bytes.
    """

    cube: Cube
    output: Path | None = setting(
        None, "File of the map.", panel=Panel.OUTPUT, short="-o", shown="<cube>_velocity.fits here"
    )
    guess: float | None = setting(
        None,
        "Systemic velocity c z, km/s.",
        panel=Panel.MEASUREMENT,
        shown="measured, below z = 1.5",
        above=-LIGHT_SPEED,
    )
    z: float | None = setting(None, "Systemic redshift, in place of --guess.", panel=Panel.MEASUREMENT, above=-1)
    from_alfa: Path | None = setting(
        None,
        "Directory of ALFA's fits of this cube: its velocities are judged in place of a measurement.",
        panel=Panel.IMPORT,
        metavar="DIR",
    )
    velocity_map: Path | None = setting(
        None,
        "FITS image of velocities v = c z by another tool: they are judged in place of a measurement.",
        panel=Panel.IMPORT,
    )
    velocity_unit: str | None = as_in(VelocityMapSource, "unit", panel=Panel.IMPORT)
    velocity_hdu: str | None = as_in(VelocityMapSource, "hdu", panel=Panel.IMPORT)
    velocity_zero: float | None = as_in(VelocityMapSource, "zero", panel=Panel.IMPORT)
    crop: Crop = common("crop")
    mask: Path | None = common("mask")
    search: float = setting(
        1000.0,
        "Range of velocities on either side of the systemic one, km/s.",
        panel=Panel.MEASUREMENT,
        minimum=100,
        maximum=5000,
    )
    medium: Literal["air", "vacuum"] | None = setting(
        None, "Medium of the wavelength axis.", panel=Panel.INPUT, shown="as the header states"
    )
    lsf: float | None = setting(
        None,
        "Full width at half maximum of the instrument's line profile, Angstrom, of which SIGMA is free.",
        panel=Panel.MEASUREMENT,
        metavar="FWHM",
        shown="that of MUSE for its cubes, else 0",
        minimum=0,
    )
    bin: float | None = setting(
        None,
        "Measure spaxels that are too faint together with neighbors, in bins with this signal to noise of their lines; "
        "needs powerbin.",
        panel=Panel.MEASUREMENT,
        metavar="S/N",
        shown="each spaxel by itself",
        minimum=1,
    )
    min_snr: float = setting(
        8.0, "LOW_SNR: signal to noise of all lines together below this.", panel=Panel.FLAGS, minimum=0
    )
    min_lines: int = setting(2, "FEW_LINES: fewer emission lines of 3 sigma than this.", panel=Panel.FLAGS, minimum=0)
    max_velocity: float | None = setting(
        None,
        "FAR: farther than this from the systemic velocity, km/s.",
        panel=Panel.FLAGS,
        shown="no limit but --search",
        minimum=0,
    )
    max_deviation: float = setting(
        6.0,
        "OUTLYING: off the median of 24 neighbors by more than this many times their scatter (1.48 MAD).",
        panel=Panel.FLAGS,
        minimum=0,
    )
    max_error: float = setting(15.0, "UNCERTAIN: an error by the noise above this, km/s.", panel=Panel.FLAGS, minimum=0)
    max_sigma: float = setting(
        300.0,
        "PROFILE: lines wider than this, km/s; double-peaked and skewed lines have this flag, too.",
        panel=Panel.FLAGS,
        minimum=0,
    )
    keep: Names = setting(
        tuple(flag for bit, flag in zip(VelocityFlag, FLAGS, strict=True) if bit & KEPT),
        "Flags that do not make a velocity misleading, in lower case.",
        panel=Panel.FLAGS,
        choices=FLAGS,
    )
    hdu: str | None = as_in(CubeSource, "hdu")
    variance_hdu: str | None = as_in(CubeSource, "variance_hdu")
    variance_kind: VarianceKind | None = as_in(CubeSource, "variance_kind")
    mask_hdu: str | None = as_in(CubeSource, "mask_hdu")
    wavelength_unit: str | None = as_in(CubeSource, "wavelength_unit")
    device: str = as_in(Compute, "device")
    memory: Bytes | None = as_in(Compute, "memory")
    overwrite: bool = common("overwrite")
    command: str = ""

    def __post_init__(self) -> None:
        check(self)
        if self.guess is not None and self.z is not None:
            raise InputError("--guess and --z both name the systemic redshift; give one of them.")
        if self.from_alfa is not None and self.velocity_map is not None:
            raise InputError("--from-alfa and --velocity-map both name velocities of another tool; give one of them.")
        require_velocity_map(self.velocity_map, self.velocity_unit, self.velocity_hdu, self.velocity_zero)
        if self.output is not None and self.output.suffix != ".fits":
            raise InputError(f"{self.output}: --output is the file of the map; give it a name that ends in .fits.")

    @property
    def systemic(self) -> float | None:
        """Systemic redshift that is named, None where it is measured."""
        return self.z if self.guess is None else self.guess / LIGHT_SPEED

    @cached_property
    def cube_source(self) -> CubeSource:
        """The cube and its HDUs."""
        return part(CubeSource, self)

    @cached_property
    def imported(self) -> AlfaSource | VelocityMapSource | None:
        """Velocities of another tool, None where they are measured."""
        if self.from_alfa is not None:
            return AlfaSource(self.from_alfa, self.guess, self.z)
        if self.velocity_map is not None:
            return VelocityMapSource(self.velocity_map, self.velocity_unit, self.velocity_hdu, self.velocity_zero)
        return None

    @cached_property
    def rectangle(self) -> RectangleSettings:
        """Which spaxels are measured."""
        return part(RectangleSettings, self)

    @cached_property
    def measurement(self) -> MeasurementSettings:
        """How velocities are measured."""
        return part(MeasurementSettings, self)

    @cached_property
    def compute(self) -> Compute:
        """Device and memory."""
        return part(Compute, self)
