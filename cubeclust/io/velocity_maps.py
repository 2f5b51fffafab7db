"""Velocity maps: 2-D images that say how fast the gas or the stars of each spaxel move."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy import units
from astropy.io import fits

from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.celestial import read_celestial
from cubeclust.io.cube_files import CubeFile
from cubeclust.io.frames import Frame, require_same_frame
from cubeclust.lines import LIGHT_SPEED

UNITS = {"km/s": 1 / LIGHT_SPEED, "m/s": 1e-3 / LIGHT_SPEED, "z": 1.0}  # unit -> redshift of one such unit
_REDSHIFTS = ("z", "redshift", "dimensionless", "1")  # BUNIT of a map of redshifts, lower case
_NAMES = ("VELOCITY", "VEL", "V", "Z", "REDSHIFT")
_CURE = "--velocity-map takes an image of the whole frame"
_LARGEST = 20.0  # redshift beyond which no galaxy was seen


@dataclass(frozen=True)
class VelocityMap:
    """Redshift z = v / c of each spaxel, (NY, NX) float64, NaN where none is known; the HDU and unit it came in."""

    z: np.ndarray
    hdu: str
    unit: str


def read_velocity_map(
    path: Path, cube_file: CubeFile, *, hdu_name: str | None = None, unit: str | None = None
) -> VelocityMap:
    """Read the velocities of a cube's spaxels, as redshifts by the convention z = v / c (that of ALFA, Wesson 2016).

    The image is hdu_name, or the only 2-D image of the file, or the only one whose name says velocity or redshift.
    Its unit is `unit` (a key of UNITS), or its BUNIT. Samples that are not finite mean: no velocity.

    Raises:
        InputError: no FITS file, no such image or several, another frame than the cube's, no unit, z <= -1 or absurd.
    """
    with fits_files.open_hdus(path) as hdus, fits_files.damage_reported(path):
        images = fits_files.image_hdus(hdus, 2)
        name = _image_name(path, list(images), hdu_name)
        header = fits_files.standard_cards(images[name].header)
        image = Frame(images[name].shape, read_celestial(header))
        own = Frame(cube_file.frame, read_celestial(cube_file.header))
        require_same_frame(f"{path}: {name}", image, own, whose="the cube's", cure=_CURE)
        unit = unit or _unit(path, name, header)
        z = np.asarray(images[name].data, np.float64) * UNITS[unit]
    z[~np.isfinite(z)] = np.nan
    _require_possible(path, name, z, unit)
    return VelocityMap(z, name, unit)


def _image_name(path: Path, images: list[str], asked: str | None) -> str:
    """Name of the image that holds the velocities."""
    if not images:
        raise InputError(f"{path}: holds no 2-D image; --velocity-map takes a FITS image of the cube's frame.")
    if asked is not None and asked.upper() not in images:
        raise InputError(f"{path}: {asked!r} is no 2-D image; --velocity-hdu takes one of {', '.join(images)}.")
    named = [name for name in images if name in _NAMES]
    for found in ([asked.upper()] if asked else [], images, named):
        if len(found) == 1:
            return found[0]
    raise InputError(f"{path}: has several 2-D images ({', '.join(images)}); name the velocities by --velocity-hdu.")


def _unit(path: Path, name: str, header: fits.Header) -> str:
    """Key of UNITS that BUNIT means."""
    text = str(header.get("BUNIT", "")).strip()
    spelled = text.lower().replace("sec", "s")
    parsed = units.Unit(spelled, parse_strict="silent")
    meant = ["z"] if spelled in _REDSHIFTS else [unit for unit in ("km/s", "m/s") if parsed == units.Unit(unit)]
    if not meant:
        fault = f"is in {text!r}, which is no velocity" if text else "has no unit (BUNIT)"
        raise InputError(f"{path}: {name} {fault}; name it by --velocity-unit km/s, m/s or z.")
    return meant[0]


def _require_possible(path: Path, name: str, z: np.ndarray, unit: str) -> None:
    """Raise InputError for a redshift that none can have."""
    wrong = np.argwhere((z <= -1) | (np.abs(z) > _LARGEST))
    if len(wrong):
        y, x = wrong[0]
        raise InputError(
            f"{path}: {name} read in {unit} means z = {z[y, x]:.4g} at x = {x}, y = {y} (from 0), which cannot be; "
            "correct it by --velocity-unit, or set spaxels without velocity to NaN."
        )
