"""Everything that a user can ask of a made sky."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cubeclust.errors import InputError
from cubeclust.simulation import SKIES, Recipe

SIZES, CHANNELS, REDSHIFTS = (20, 320), (100, 3681), (0.0, 0.3)


@dataclass(frozen=True)
class SimulationSettings:
    """Settings of `cubeclust simulate`, under the names of its options.

    truth None is <output>_truth.fits; z None is the sky's own redshift.
    """

    sky: str
    output: Path = Path("sky.fits")
    truth: Path | None = None
    size: int = 100
    seed: int = 0
    snr: float = 20.0
    channels: int = 3681
    z: float | None = None
    medium: Literal["air", "vacuum"] = "air"
    overwrite: bool = False
    command: str = ""

    def __post_init__(self) -> None:
        if self.sky not in SKIES:
            raise InputError(f"{self.sky}: no such sky; choose one of {', '.join(SKIES)}.")
        _require_within("--size", self.size, SIZES)
        _require_within("--channels", self.channels, CHANNELS)
        _require_within("--z", self.redshift, REDSHIFTS)
        if not 0 < self.snr < float("inf"):
            raise InputError(f"--snr is {self.snr} but must be above 0; 20 suits most purposes.")
        if self.z is not None and self.recipe.redshift is None:
            raise InputError(f"--z: the galaxies of {self.sky} have redshifts of their own; leave it out.")
        for path in (self.output, self.truth_path):
            if path.suffix != ".fits":
                raise InputError(f"{path}: FITS files are written plain; give it a name that ends in .fits.")
        if self.truth_path == self.output:
            raise InputError(f"--truth is the cube's own file {self.output}; give it another name.")

    @property
    def recipe(self) -> Recipe:
        """How the sky is made."""
        return SKIES[self.sky]

    @property
    def redshift(self) -> float:
        """Redshift of the source, 0 where each has its own."""
        return (self.recipe.redshift or 0.0) if self.z is None else self.z

    @property
    def truth_path(self) -> Path:
        """File of the truth."""
        return self.truth or self.output.with_name(f"{self.output.stem}_truth.fits")


def _require_within(option: str, value: float, limits: tuple[float, float]) -> None:
    low, high = limits
    if not low <= value <= high:
        raise InputError(f"{option} is {value} but must lie within {low} and {high}.")
