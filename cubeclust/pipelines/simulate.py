"""A simulated sky: its settings, then settings -> lights -> planes -> cube and truth."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.atomic import claim_files, written_aside
from cubeclust.pipelines.common_settings import common
from cubeclust.runtime import memory
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.settings import Declaration, Panel, check, setting
from cubeclust.simulation import SKIES, Recipe
from cubeclust.simulation.axis import STEP, Axis, window

if TYPE_CHECKING:  # the command line takes its options from here, and help must come at once
    from cubeclust.io.cubes.simulated import MadeFrame
    from cubeclust.simulation.sky import Sky, TruthImage

_ARRAYS = 16  # float32 arrays as large as a block of planes that are alive at once, at most


@dataclass(frozen=True)
class SimulationSettings:
    """Settings of `cubeclust simulate`, under the names of its options."""

    sky: Annotated[str, Declaration("Kind of sky.", panel=Panel.SKY, argument=True, choices=tuple(SKIES))]
    output: Path = setting(Path("sky.fits"), "File of the cube.", panel=Panel.OUTPUT, short="-o")
    truth: Path | None = setting(
        None,
        "File of the truth: classes, velocities, velocity dispersions.",
        panel=Panel.OUTPUT,
        shown="<output>_truth.fits",
    )
    size: int = setting(100, "Spaxels on a side; the whole sky is on any.", panel=Panel.SKY, minimum=20, maximum=320)
    seed: int = common("seed")
    snr: float = setting(
        20.0,
        "Median signal to noise per channel of the continuum in 6000:6800 Angstrom, over all spaxels with data (hudf: "
        "those of galaxies).",
        panel=Panel.SKY,
        above=0,
    )
    channels: int = setting(
        3681,
        "Channels of 1.25 Angstrom. Fewer make a window with H-alpha in its middle, but at most 250 Angstrom from its "
        "red end: 1600 reach from H-beta past [SII].",
        panel=Panel.SKY,
        minimum=100,
        maximum=3681,
    )
    z: float | None = setting(
        None, "Redshift of the source.", panel=Panel.SKY, shown="that of the sky", minimum=0, maximum=0.3
    )
    medium: Literal["air", "vacuum"] = setting(
        "air",
        "Medium of the wavelength axis: its numbers stay, the lines lie where they are in that medium.",
        panel=Panel.SKY,
    )
    overwrite: bool = common("overwrite")
    command: str = ""

    def __post_init__(self) -> None:
        check(self)
        if self.z is not None and self.recipe.redshift is None:
            raise InputError(f"--z: the galaxies of {self.sky} have redshifts of their own; leave it out.")
        for path in (self.output, self.truth_path):
            if path.suffix != ".fits":
                raise InputError(f"{path}: the file is written uncompressed; give it a name that ends in .fits.")
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


def simulate(settings: SimulationSettings, progress: Progress | None = None) -> Path:
    """Make a sky, write its cube and its truth, and return the cube's path; InputError if they cannot be written."""
    from cubeclust.io.cubes.simulated import write_truth, written_cube
    from cubeclust.simulation.exposure import exposed

    progress = progress or Silent()
    paths = (settings.output, settings.truth_path)
    for path in paths:
        claim_files(path.parent, [path], overwrite=settings.overwrite)
    sky = settings.recipe.make(settings.size, settings.seed, settings.redshift)
    axis = window(settings.channels, settings.redshift, settings.medium)
    exposure = exposed(sky, settings.seed, settings.snr)
    frame = _frame(sky, axis, settings)
    progress.say(
        f"{sky.title}: {frame.shape[0]} planes of {settings.size} x {settings.size} spaxels to {settings.output}"
    )
    step = memory.rows_per_block(_ARRAYS * 4 * sky.seeing.side**2)
    with written_aside(*paths) as (cube, truth):
        with written_cube(cube, frame) as file:
            for begin in range(0, axis.channels, step):
                end = min(begin + step, axis.channels)
                file.put(begin, *exposure.planes(axis, begin, end))
                progress.advance("planes", end, axis.channels)
        redshift = None if settings.recipe.redshift is None else settings.redshift
        write_truth(truth, frame, _images(sky), sky.kinds, redshift)
    return settings.output


def _frame(sky: "Sky", axis: Axis, settings: SimulationSettings) -> "MadeFrame":
    from cubeclust.io.cubes.simulated import MadeFrame
    from cubeclust.io.map_hdus import SOFTWARE

    ny, nx = sky.field.bad.shape
    history = (
        f"{SOFTWARE}: {settings.command or 'from Python'}",
        f"sky {settings.sky}, size {settings.size}, seed {settings.seed}, signal to noise {settings.snr}",
        f"channels {settings.channels} from {axis.start} Angstrom, {settings.medium}, redshift {settings.redshift}",
    )
    return MadeFrame((axis.channels, ny, nx), axis.start, STEP, axis.medium, sky.title, history)


def _images(sky: "Sky") -> "dict[str, TruthImage]":
    """The truth, without classes where there are no data, and what is bad."""
    from cubeclust.simulation.sky import TruthImage

    classes = sky.truth["CLASS"]
    shown = np.where(sky.field.empty, 0, classes.values).astype(classes.values.dtype)
    bad = TruthImage(sky.field.bad, "", "0 good, 1 border artifact, 2 dead, 3 outside the field")
    return sky.truth | {"CLASS": classes._replace(values=shown), "BAD": bad}
