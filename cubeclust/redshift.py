"""Velocities of the spaxels of a cube: measured, or taken from others, and judged."""

from dataclasses import fields, replace

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.cube_files import open_cube
from cubeclust.io.noise import with_noise_check
from cubeclust.kinematics.judgement import Limits, far, outlying
from cubeclust.progress import Progress, Silent
from cubeclust.redshift_settings import RedshiftSettings
from cubeclust.velocity_field import VelocityField
from cubeclust.velocity_flag import VelocityFlag
from cubeclust.velocity_measurement import measure_field

_KEEPABLE = {str(bit.name).lower(): bit for bit in VelocityFlag}


def estimate(settings: RedshiftSettings, progress: Progress | None = None) -> VelocityField:
    """Velocity of each spaxel with its error, its line width and fluxes, and what speaks against it.

    Raises:
        InputError: bad input or settings, no line in range, no velocity that can be used, no room in memory.
    """
    from cubeclust.learning.device import make_exact, resolve_device

    progress = progress or Silent()
    cube_file = with_noise_check(
        open_cube(
            settings.cube,
            hdu=settings.hdu,
            variance_hdu=settings.variance_hdu,
            variance_kind=settings.variance_kind,
            mask_hdu=settings.mask_hdu,
            wavelength_unit=settings.wavelength_unit,
        )
    )
    for note in cube_file.notes:
        progress.say(note)
    device = resolve_device(settings.device)
    make_exact(device)
    limits = Limits(**{f.name: getattr(settings, f.name) for f in fields(Limits)})
    field = measure_field(settings, cube_file, limits, device, progress)
    field = judged_on_the_sky(replace(field, dropped=dropped_bits(settings.keep)), limits)
    _require_usable(settings, field)
    return field


def dropped_bits(keep: tuple[str, ...]) -> VelocityFlag:
    """Bits that make a velocity misleading: all but those that are to be kept, by their names in lower case."""
    kept = VelocityFlag(0)
    for name in keep:
        kept |= _KEEPABLE[name]
    return ~kept


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
            f"{settings.cube}: every velocity misleads ({reasons}); loosen the rules, gather faint spaxels by "
            "--bin, or name the redshift by --guess."
        )
