"""The velocity field of a cube as another tool measured it."""

import numpy as np

from cubeclust.io.celestial import read_celestial
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.pipelines.redshift.parts import AlfaSource
from cubeclust.pipelines.sources import VelocityMapSource
from cubeclust.runtime.progress import Progress
from cubeclust.spectroscopy.doppler import velocity_of
from cubeclust.velocities.field import VelocityField, repeated_redshift
from cubeclust.velocities.flags import VelocityFlag


def imported_field(
    source: AlfaSource | VelocityMapSource, systemic: float | None, cube_file: CubeFile, progress: Progress
) -> VelocityField:
    """Velocities of another tool, with flags where there is none or a guess.

    Those of an image are about the systemic redshift given, or the median of its own.
    """
    if isinstance(source, AlfaSource):
        return source.open(cube_file, progress)
    return _of_map(source, systemic, cube_file, progress)


def _of_map(
    source: VelocityMapSource, systemic: float | None, cube_file: CubeFile, progress: Progress
) -> VelocityField:
    read = source.open(cube_file)
    progress.say(f"velocities of {source.path}: {read}")
    known = np.isfinite(read.z)
    flag = np.where(known, 0, VelocityFlag.NO_VELOCITY).astype(np.int32)
    repeated = repeated_redshift(read.z[known])
    if repeated is not None:
        flag[read.z == repeated[0]] |= int(VelocityFlag.GUESS)
        progress.say(f"{repeated[1]} spaxels have exactly z = {repeated[0]:.6g}; they are flagged as a guess")
    good = read.z[flag == 0]
    systemic = float(np.median(good if len(good) else read.z[known])) if systemic is None else systemic
    unknown = np.full(cube_file.frame, np.nan, np.float32)
    return VelocityField(
        velocity=velocity_of(read.z, systemic).astype(np.float32),
        error=unknown if read.error is None else read.error.astype(np.float32),
        sigma=unknown,
        snr=unknown,
        n_lines=np.zeros(cube_file.frame, np.int16),
        flag=flag,
        systemic=systemic,
        wcs=read_celestial(cube_file.header),
    )
