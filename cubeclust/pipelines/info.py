"""What a cube holds and what a run on it would take, without mpdaf and without reading all of it."""

from pathlib import Path
from typing import Any

import numpy as np
from astropy.wcs.utils import proj_plane_pixel_scales

from cubeclust.io.celestial import astropy_celestial
from cubeclust.io.cubes.cube_file import CubeFile, open_cube
from cubeclust.io.cubes.survey import survey
from cubeclust.io.cubes.variance_check import with_noise_check
from cubeclust.methods import DEFAULT_METHOD, METHODS
from cubeclust.runtime import memory


def describe(path: Path, **options: Any) -> dict[str, Any]:
    """Facts about a cube as JSON can hold them; options are those of open_cube.

    memory is the need in bytes of a default run: all spaxels, all channels, the default method.
    """
    cube_file = with_noise_check(open_cube(path, **options))
    n_wave, ny, nx = cube_file.shape
    wavelength = cube_file.wavelength
    center, spaxel = _sky(cube_file)
    stages = memory.stages(
        ny * nx,
        n_wave,
        n_wave,
        with_variance="variance" in cube_file.hdus,
        method=METHODS[DEFAULT_METHOD].create().memory(ny * nx, n_wave),
    )
    return {
        "cube": str(path),
        "target": cube_file.target,
        "layout": cube_file.layout,
        "hdus": cube_file.hdus,
        "variance_kind": cube_file.variance_kind,
        "shape": list(cube_file.shape),
        "wavelength": [float(wavelength[0]), float(wavelength[-1])],
        "step": float(np.median(np.diff(wavelength))) if n_wave > 1 else None,
        "medium": cube_file.axis.medium,
        "unit": cube_file.unit,
        "center": center,
        "spaxel": spaxel,
        **survey(cube_file),
        "method": DEFAULT_METHOD,
        "memory": max(stages.values()),
        "notes": list(cube_file.notes),
    }


def _sky(cube_file: CubeFile) -> tuple[list[float] | None, float | None]:
    """RA and Dec (ICRS) of the frame's center in degrees and the side of a spaxel in arcsec, None without a sky WCS."""
    wcs = astropy_celestial(cube_file.header)
    if wcs is None:
        return None, None
    ny, nx = cube_file.frame
    center = wcs.pixel_to_world((nx - 1) / 2, (ny - 1) / 2).icrs
    return [float(center.ra.deg), float(center.dec.deg)], float(proj_plane_pixel_scales(wcs)[0] * 3600)
