"""Velocities of the spaxels of a cube: measured, or taken from others, and judged."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.atomic import claim_files, said_plainly, written_aside
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.cubes.survey import white_light
from cubeclust.io.map_hdus import Provenance
from cubeclust.io.velocities.fields import write_velocity_field
from cubeclust.kinematics.judgement import Limits, far, outlying, poor
from cubeclust.kinematics.systemic import SURE
from cubeclust.pipelines.parts import part
from cubeclust.pipelines.provenance import provenance, timestamp, versions
from cubeclust.pipelines.redshift.imported import imported_field
from cubeclust.pipelines.redshift.measurement import measure_field
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import Tracer, VelocityFlag

_BITS = {str(bit.name).lower(): bit for bit in VelocityFlag}


@dataclass(frozen=True)
class Written:
    """A map that was written: the field, the files by their ending, and a record as JSON can hold it."""

    field: VelocityField
    files: dict[str, Path]
    record: dict[str, Any]


def redshift(settings: RedshiftSettings, progress: Progress | None = None) -> Written:
    """Write the velocities of a cube and their figure, both or neither.

    Raises:
        InputError: as for `estimate`, and files that exist or cannot be written.
    """
    from cubeclust.plots.velocity import plot_velocity

    progress, started = progress or Silent(), datetime.now(UTC)
    cube_file = settings.cube_source.open()
    path = _output(settings, cube_file)
    files = {"velocity.fits": path, "velocity.png": path.with_suffix(".png")}
    claim_files(path.parent, files.values(), overwrite=settings.overwrite)
    for note in cube_file.notes:
        progress.say(note)
    field = _estimated(settings, cube_file, progress)
    record = _record(settings, cube_file, field, started) | {"files": {name: str(file) for name, file in files.items()}}
    with (
        said_plainly(f"{path.parent}: the map cannot be written", "make room or choose another --output"),
        written_aside(*files.values()) as (table, figure),
    ):
        write_velocity_field(table, field, _provenance(record))
        plot_velocity(figure, field, white_light(cube_file), f"{cube_file.target or cube_file.stem}: velocities")
    return Written(field, files, record)


def _output(settings: RedshiftSettings, cube_file: CubeFile) -> Path:
    """Path of the map; InputError where it is that of a file that is read."""
    path = settings.output or Path(f"{cube_file.stem}_velocity.fits")
    read = (settings.cube, settings.mask, settings.velocity_map)
    if path.resolve() in {each.resolve() for each in read if each is not None}:
        raise InputError(f"{path}: the map would replace a file that is read; give it another name by --output.")
    return path


def estimate(settings: RedshiftSettings, progress: Progress | None = None) -> VelocityField:
    """Velocity of each spaxel with its error, its line width and fluxes, and what speaks against it.

    Raises:
        InputError: bad input or settings, no line in range, no velocity that can be used, no room in memory.
    """
    return _estimated(settings, settings.cube_source.open(), progress or Silent())


def _estimated(settings: RedshiftSettings, cube_file: CubeFile, progress: Progress) -> VelocityField:
    limits = part(Limits, settings)
    field = imported_field(settings, cube_file, progress)
    if field is None:
        from cubeclust.runtime.device import make_exact, out_of_memory_explained, resolve_device

        device = resolve_device(settings.device)
        make_exact(device)
        with out_of_memory_explained("to measure velocities;"):
            field = measure_field(settings, cube_file, limits, device, progress)
    else:
        told = poor(field.snr, field.n_lines, field.error, field.sigma, limits)
        field = replace(field, flag=field.flag | told)
    field = judged_on_the_sky(replace(field, dropped=_dropped(settings.keep)), limits)
    _require_usable(settings, field)
    return field


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


def _require_usable(settings: RedshiftSettings, field: VelocityField) -> None:
    """Raise InputError where every velocity misleads."""
    if field.misleading.all():
        reasons = ", ".join(f"{count} {bit.name}" for bit, count in field.counts().items())
        raise InputError(
            f"{settings.cube}: every velocity misleads ({reasons}); loosen the rules, gather faint spaxels by --bin, "
            "or name the redshift by --guess."
        )


def _provenance(record: dict[str, Any]) -> Provenance:
    """What the primary header of the map states."""
    return provenance(
        command=record["command"],
        date=record["started"],
        target=record["target"],
        cube=record["cube"],
        packages=record["versions"],
    )


def _record(settings: RedshiftSettings, cube_file: CubeFile, field: VelocityField, started: datetime) -> dict[str, Any]:
    """The velocities as one JSON object."""
    good, found = ~field.misleading, bool(np.isfinite(field.confidence))
    error = field.error[good & np.isfinite(field.error)]
    tracer = np.zeros(good.shape, np.uint8) if field.tracer is None else field.tracer
    return {
        "started": timestamp(started),
        "command": settings.command,
        "cube": str(settings.cube),
        "target": cube_file.target,
        "versions": versions(),
        "systemic": field.systemic,
        "systemic_km_s": field.systemic * LIGHT_SPEED,
        "confidence": field.confidence if found else None,
        "sure": field.confidence >= SURE if found else None,
        "medium": field.medium,
        "good": int(np.count_nonzero(good)),
        "spaxels": int(good.size),
        "of_gas": int(np.count_nonzero(good & (tracer == Tracer.GAS))),
        "of_stars": int(np.count_nonzero(good & (tracer == Tracer.STARS))),
        "median_error": float(np.median(error)) if len(error) else None,
        "range": [float(value) for value in np.percentile(field.velocity[good], (2, 50, 98))],
        "flags": {str(bit.name): count for bit, count in field.counts().items()},
        "notes": list(cube_file.notes),
    }
