"""The files that settings name, opened as their options ask."""

from typing import TYPE_CHECKING

from cubeclust.io.celestial import require_reader
from cubeclust.io.cubes.cube_file import CubeFile, open_cube
from cubeclust.io.cubes.variance_check import with_noise_check
from cubeclust.io.velocities.images import VelocityMap, read_velocity_map

if TYPE_CHECKING:
    from cubeclust.pipelines.redshift.settings import RedshiftSettings
    from cubeclust.pipelines.run.settings import RunSettings


def asked_cube(settings: "RunSettings | RedshiftSettings") -> CubeFile:
    """The cube, with a note where its scatter belies its variance; InputError as for open_cube, and without mpdaf."""
    require_reader()
    cube_file = open_cube(
        settings.cube,
        hdu=settings.hdu,
        variance_hdu=settings.variance_hdu,
        variance_kind=settings.variance_kind,
        mask_hdu=settings.mask_hdu,
        wavelength_unit=settings.wavelength_unit,
    )
    return with_noise_check(cube_file)


def asked_velocity_map(settings: "RunSettings | RedshiftSettings", cube_file: CubeFile) -> VelocityMap:
    """The image of --velocity-map, which is given; InputError as for read_velocity_map."""
    assert settings.velocity_map is not None
    return read_velocity_map(
        settings.velocity_map,
        cube_file,
        hdu_name=settings.velocity_hdu,
        unit=settings.velocity_unit,
        zero=settings.velocity_zero,
    )
