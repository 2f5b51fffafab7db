"""What a cube holds and what a run on it would take, without mpdaf and without reading all of it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from astropy.wcs.utils import proj_plane_pixel_scales

from cubeclust.io.celestial import astropy_celestial
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.cubes.layouts import VarianceKind
from cubeclust.io.cubes.survey import Survey, survey
from cubeclust.methods import DEFAULT_METHOD, METHODS
from cubeclust.pipelines.sources import CubeSource
from cubeclust.runtime import memory


@dataclass(frozen=True)
class Description:
    """A cube in numbers; the names, and those of its survey, are the keys of its JSON object.

    hdus         name of the HDU of each role
    shape        (n_wave, NY, NX)
    wavelength   first and last channel, Angstrom; step is the median distance of channels, None for one channel
    center       right ascension and declination (ICRS) of the frame's center, degrees, None without a sky WCS
    spaxel       side of a spaxel, arcsec, None without a sky WCS
    memory       bytes that a run of `method` takes on all spaxels and channels
    """

    cube: Path
    target: str
    layout: str
    hdus: dict[str, str]
    variance_kind: VarianceKind | None
    shape: tuple[int, int, int]
    wavelength: tuple[float, float]
    step: float | None
    medium: str
    unit: str
    center: tuple[float, float] | None
    spaxel: float | None
    survey: Survey
    method: str
    memory: int
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The description as JSON can hold it."""
        values: dict[str, Any] = {}
        for name, value in vars(self).items():
            values |= asdict(value) if isinstance(value, Survey) else {name: value}
        return values | {"cube": str(self.cube)}


def describe(cube: Path | CubeSource) -> Description:
    """Describe a cube; a CubeSource states what the HDUs of the file are where they have other names.

    Raises:
        InputError: a file that is no cube.
    """
    cube_file = (CubeSource(cube) if isinstance(cube, Path) else cube).read_headers()
    wavelength = cube_file.wavelength
    center, spaxel = _sky(cube_file)
    return Description(
        cube=cube_file.path,
        target=cube_file.target,
        layout=cube_file.layout,
        hdus=cube_file.hdus,
        variance_kind=cube_file.variance_kind,
        shape=cube_file.shape,
        wavelength=(float(wavelength[0]), float(wavelength[-1])),
        step=float(np.median(np.diff(wavelength))) if len(wavelength) > 1 else None,
        medium=cube_file.axis.medium,
        unit=cube_file.unit,
        center=center,
        spaxel=spaxel,
        survey=survey(cube_file),
        method=DEFAULT_METHOD,
        memory=_need(cube_file),
        notes=cube_file.notes,
    )


def _need(cube_file: CubeFile) -> int:
    """Bytes of memory of a run of the default method on all spaxels and channels."""
    n_wave, ny, nx = cube_file.shape
    method = METHODS[DEFAULT_METHOD].create().memory(ny * nx, n_wave)
    with_variance = "variance" in cube_file.hdus
    return max(memory.stages(ny * nx, n_wave, n_wave, with_variance=with_variance, method=method).values())


def _sky(cube_file: CubeFile) -> tuple[tuple[float, float] | None, float | None]:
    """RA and Dec (ICRS) of the frame's center in degrees and the side of a spaxel in arcsec, None without a sky WCS."""
    wcs = astropy_celestial(cube_file.header)
    if wcs is None:
        return None, None
    ny, nx = cube_file.frame
    center = wcs.pixel_to_world((nx - 1) / 2, (ny - 1) / 2).icrs
    return (float(center.ra.deg), float(center.dec.deg)), float(proj_plane_pixel_scales(wcs)[0] * 3600)
