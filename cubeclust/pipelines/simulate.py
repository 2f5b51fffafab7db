"""The road of a made sky: settings -> lights -> planes -> cube and truth."""

from pathlib import Path

import numpy as np

from cubeclust import __version__
from cubeclust.io.atomic import claim_files, written_aside
from cubeclust.io.cubes.simulated import MadeFrame, write_truth, written_cube
from cubeclust.pipelines.simulation_settings import SimulationSettings
from cubeclust.runtime import memory
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.simulation.axis import STEP, Axis, window
from cubeclust.simulation.exposure import exposed
from cubeclust.simulation.sky import Image, Sky

_ARRAYS = 16  # float32 arrays as large as a block of planes that are alive at once, at most


def simulate(settings: SimulationSettings, report: Progress | None = None) -> Path:
    """Make a sky, write its cube and its truth, and return the cube's path; InputError if they cannot be written."""
    report = report or Silent()
    paths = (settings.output, settings.truth_path)
    for path in paths:
        claim_files(path.parent, [path], overwrite=settings.overwrite)
    sky = settings.recipe.make(settings.size, settings.seed, settings.redshift)
    axis = window(settings.channels, settings.redshift, settings.medium)
    exposure = exposed(sky, settings.seed, settings.snr)
    frame = _frame(sky, axis, settings)
    report.say(
        f"{sky.title}: {frame.shape[0]} planes of {settings.size} x {settings.size} spaxels to {settings.output}"
    )
    step = memory.rows_per_block(_ARRAYS * 4 * sky.seeing.side**2)
    with written_aside(*paths) as (cube, truth):
        with written_cube(cube, frame) as file:
            for begin in range(0, axis.channels, step):
                end = min(begin + step, axis.channels)
                file.put(begin, *exposure.planes(axis, begin, end))
                report.advance("planes", end, axis.channels)
        redshift = None if settings.recipe.redshift is None else settings.redshift
        write_truth(truth, frame, _images(sky), sky.kinds, redshift)
    return settings.output


def _frame(sky: Sky, axis: Axis, settings: SimulationSettings) -> MadeFrame:
    ny, nx = sky.field.bad.shape
    history = (
        f"cubeclust {__version__}: {settings.command or 'from Python'}",
        f"sky {settings.sky}, size {settings.size}, seed {settings.seed}, signal to noise {settings.snr}",
        f"channels {settings.channels} from {axis.start} Angstrom, {settings.medium}, redshift {settings.redshift}",
    )
    return MadeFrame((axis.channels, ny, nx), axis.start, STEP, axis.medium, sky.title, history)


def _images(sky: Sky) -> dict[str, Image]:
    """The truth, without classes where there are no data, and what is bad."""
    classes = sky.truth["CLASS"]
    shown = np.where(sky.field.empty, 0, classes.values).astype(classes.values.dtype)
    bad = Image(sky.field.bad, "", "0 good, 1 border artifact, 2 dead, 3 outside the field")
    return sky.truth | {"CLASS": classes._replace(values=shown), "BAD": bad}
