"""Everything that a user can ask of a velocity map."""

import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from cubeclust.errors import InputError
from cubeclust.io.cubes.layouts import VARIANCE_KINDS, VarianceKind
from cubeclust.io.velocities import images
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.velocities.flags import VelocityFlag


@dataclass(frozen=True)
class RedshiftSettings:
    """Settings of `cubeclust redshift`, under the names of its options.

    output is the map's path, None for <cube>_velocity.fits here. guess (km/s) and z name the systemic redshift, which
    is found otherwise. from_alfa and velocity_map are velocities of others, to be judged in place of a measurement;
    velocity_zero is the systemic velocity c z, km/s, that velocity_map is relative to.
    medium None takes the cube's; lsf is the full width at half maximum of the instrument's profile in Angstrom, None
    the instrument's own where it is known; bin the signal to noise of the lines that faint spaxels are gathered for.
    """

    cube: Path
    output: Path | None = None
    guess: float | None = None
    z: float | None = None
    from_alfa: Path | None = None
    velocity_map: Path | None = None
    velocity_unit: str | None = None
    velocity_hdu: str | None = None
    velocity_zero: float | None = None
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)
    mask: Path | None = None
    search: float = 1000.0
    medium: Literal["air", "vacuum"] | None = None
    lsf: float | None = None
    bin: float | None = None
    min_snr: float = 8.0
    min_lines: int = 2
    max_velocity: float | None = None
    max_deviation: float = 6.0
    max_error: float = 15.0
    max_sigma: float = 300.0
    keep: tuple[str, ...] = ("profile", "binned")
    hdu: str | None = None
    variance_hdu: str | None = None
    variance_kind: VarianceKind | None = None
    mask_hdu: str | None = None
    wavelength_unit: str | None = None
    device: str = "auto"
    memory: int | None = None
    overwrite: bool = False
    command: str = ""

    def __post_init__(self) -> None:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        allowed = {name: math.isfinite(value) for name, value in values.items() if isinstance(value, float)}
        allowed |= {
            "z": self.z is None or -1 < self.z < math.inf,
            "guess": self.guess is None or -LIGHT_SPEED < self.guess < math.inf,
            "variance_kind": self.variance_kind is None or self.variance_kind in VARIANCE_KINDS,
            "velocity_unit": self.velocity_unit is None or self.velocity_unit in images.UNITS,
            "device": self.device in ("auto", "cpu", "cuda"),
            "medium": self.medium in (None, "air", "vacuum"),
            "search": 100 <= self.search <= 5000,
        }
        for name, fits in allowed.items():
            if not fits:
                option = "--" + name.replace("_", "-")
                raise InputError(
                    f"{option} cannot be {values[name]!r}; `cubeclust redshift --help` says what it takes."
                )
        flags = [str(bit.name).lower() for bit in VelocityFlag]
        if unknown := set(self.keep) - set(flags):
            raise InputError(
                f"--keep {','.join(sorted(unknown))}: no such flag; it takes all, none or some of {', '.join(flags)}."
            )
        if self.guess is not None and self.z is not None:
            raise InputError("--guess and --z both name the systemic redshift; give one of them.")
        if self.from_alfa is not None and self.velocity_map is not None:
            raise InputError("--from-alfa and --velocity-map both bring velocities of others; give one of them.")
        if self.velocity_map is None and (self.velocity_unit or self.velocity_hdu or self.velocity_zero is not None):
            raise InputError(
                "--velocity-unit, --velocity-hdu and --velocity-zero describe a --velocity-map; give one or leave them "
                "out."
            )
        if self.output is not None and self.output.suffix != ".fits":
            raise InputError(f"{self.output}: --output names the map's file; give it a name that ends in .fits.")

    @property
    def asked(self) -> float | None:
        """Systemic redshift that is named, None where it is to be found."""
        return self.z if self.guess is None else self.guess / LIGHT_SPEED
