"""Velocities of the spaxels of a cube: measured, or read of another tool, and judged."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.atomic import claim_files, os_errors_explained, written_aside
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.cubes.survey import white_light
from cubeclust.io.velocities.fields import write_velocity_field
from cubeclust.kinematics.judgement import Limits, far, outlying, poor
from cubeclust.pipelines.parts import part
from cubeclust.pipelines.provenance import timestamp
from cubeclust.pipelines.redshift.imported import imported_field
from cubeclust.pipelines.redshift.measurement import measure_field, row_blocks, search_of
from cubeclust.pipelines.redshift.record import VelocityRecord
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import VelocityFlag

_BITS = {str(bit.name).lower(): bit for bit in VelocityFlag}


@dataclass(frozen=True)
class WrittenField:
    """A velocity field that was written: the field, the files by their ending, and what is recorded of it."""

    field: VelocityField
    files: dict[str, Path]
    record: VelocityRecord


def measure_redshifts(settings: RedshiftSettings, progress: Progress | None = None) -> WrittenField:
    """Write the velocities of a cube and their figure, both or neither.

    Raises:
        InputError: as for `estimate`, and files that exist or cannot be written.
    """
    from cubeclust.plots.velocity import plot_velocity

    progress, started = progress or Silent(), datetime.now(UTC)
    cube_file = settings.cube_source.open()
    path = _output(settings.output, cube_file, (settings.mask, settings.velocity_map))
    files = {"velocity.fits": path, "velocity.png": path.with_suffix(".png")}
    claim_files(path.parent, files.values(), overwrite=settings.overwrite)
    for note in cube_file.notes:
        progress.say(note)
    field = _estimated(settings, cube_file, progress)
    record = VelocityRecord.of(field, cube_file, timestamp(started), settings.command, files)
    with (
        os_errors_explained(f"{path.parent}: the map cannot be written", "free disk space or choose another --output"),
        written_aside(*files.values()) as (table, figure),
    ):
        write_velocity_field(table, field, record.provenance)
        plot_velocity(figure, field, white_light(cube_file), f"{cube_file.target or cube_file.stem}: velocities")
    return WrittenField(field, files, record)


def _output(asked: Path | None, cube_file: CubeFile, others: Iterable[Path | None]) -> Path:
    """Path of the map; InputError where it is that of the cube or of another file that is read."""
    path = asked or Path(f"{cube_file.stem}_velocity.fits")
    if path.resolve() in {each.resolve() for each in (cube_file.path, *others) if each is not None}:
        raise InputError(f"{path}: the map would replace a file that is read; give it another name by --output.")
    return path


def estimate(settings: RedshiftSettings, progress: Progress | None = None) -> VelocityField:
    """Velocity of each spaxel with its error, its line width and fluxes, and its flags.

    Raises:
        InputError: bad input or settings, no line in range, no velocity that can be used, too little memory.
    """
    return _estimated(settings, settings.cube_source.open(), progress or Silent())


def _estimated(settings: RedshiftSettings, cube_file: CubeFile, progress: Progress) -> VelocityField:
    limits = part(Limits, settings)
    if settings.imported is None:
        field = _measured(settings, cube_file, limits, progress)
    else:
        field = imported_field(settings.imported, settings.systemic, cube_file, progress)
        field = replace(field, flag=field.flag | poor(field.snr, field.n_lines, field.error, field.sigma, limits))
    field = judged_on_the_sky(replace(field, dropped=_dropped(settings.keep)), limits)
    _require_usable(cube_file.path, field)
    return field


def _measured(settings: RedshiftSettings, cube_file: CubeFile, limits: Limits, progress: Progress) -> VelocityField:
    """The velocities of the spectra themselves."""
    from cubeclust.runtime.device import make_exact, out_of_memory_explained, resolve_device

    device = resolve_device(settings.compute.device)
    make_exact(device)
    with out_of_memory_explained("to measure velocities;"):
        search = search_of(settings.measurement, cube_file, limits, device, progress)
        blocks = row_blocks(settings.rectangle, settings.compute.budget, cube_file, progress)
        return measure_field(blocks, settings.measurement, search)


def _dropped(keep: tuple[str, ...]) -> VelocityFlag:
    """Bits that make a velocity misleading: all but those that are to be kept, by their names in lower case."""
    bits = ~VelocityFlag(0)
    for name in keep:
        bits &= ~_BITS[name]
    return bits


def judged_on_the_sky(field: VelocityField, limits: Limits) -> VelocityField:
    """The field with flags for what is far from the systemic redshift, and far from what is next to it."""
    flag = field.flag | np.where(far(field.velocity, limits), VelocityFlag.FAR, 0).astype(np.int32)
    good = (flag & int(field.dropped) == 0) & np.isfinite(field.velocity)
    error = np.nan_to_num(field.error)
    tracer = np.zeros(flag.shape, np.uint8) if field.tracer is None else field.tracer
    for kind in np.unique(tracer):
        off = outlying(field.velocity, error, good & (tracer == kind), limits.max_deviation)
        flag |= np.where(off & (tracer == kind), VelocityFlag.OUTLYING, 0).astype(np.int32)
    return replace(field, flag=flag)


def _require_usable(cube: Path, field: VelocityField) -> None:
    """Raise InputError where every velocity misleads."""
    if field.misleading.all():
        reasons = ", ".join(f"{count} {bit.name}" for bit, count in field.counts().items())
        raise InputError(
            f"{cube}: every velocity misleads ({reasons}); loosen the limits, bin faint spaxels by --bin, "
            "or state the redshift by --guess."
        )
