"""Velocity maps: 2-D images that say how fast the gas or the stars of each spaxel move."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy import units
from astropy.io import fits

from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.celestial import read_celestial
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.frames import Frame, require_same_frame
from cubeclust.io.velocities import layouts
from cubeclust.io.velocities.fields import holds_velocity_field
from cubeclust.io.velocities.layouts import VelocityLayout
from cubeclust.spectroscopy.doppler import LIGHT_SPEED, UNITS, stretch

_REDSHIFTS = ("z", "redshift", "dimensionless", "1")  # BUNIT of a map of redshifts, lower case
_NAMES = ("VELOCITY", "VEL", "V", "Z", "REDSHIFT")
_CURE = "--velocity-map takes an image of the whole frame"
_LARGEST = 20.0  # redshift beyond which no galaxy was seen


@dataclass(frozen=True)
class VelocityMap:
    """Redshift z = v / c of each spaxel, (NY, NX) float64, NaN where none is known, and where it came from.

    hdu, unit    the image and its unit; channel is the name of its plane if it has several
    zero         systemic velocity c z, km/s, that the image is relative to and that z includes; None if it is not
    error        (NY, NX) km/s, one standard deviation of the velocities, None where the file has none
    """

    z: np.ndarray
    hdu: str
    unit: str
    channel: str = ""
    zero: float | None = None
    error: np.ndarray | None = None

    def __str__(self) -> str:
        plane = f" {self.channel}" if self.channel else ""
        about = "" if self.zero is None else f" about {self.zero:.6g} km/s"
        return f"{self.hdu}{plane} in {self.unit}{about}"


def read_velocity_map(
    path: Path,
    cube_file: CubeFile,
    *,
    hdu_name: str | None = None,
    unit: str | None = None,
    zero: float | None = None,
) -> VelocityMap:
    """Read the velocities of a cube's spaxels, as redshifts by the convention z = v / c (that of ALFA, Wesson 2016).

    The image is hdu_name, or that of a known layout (MaNGA DAP, nGIST, PHANGS-MUSE), or the only 2-D image of the file,
    or the only one with velocity or redshift in its name. Its unit is `unit` (a key of UNITS), or its BUNIT. Samples
    that are not finite or that the file flags mean: no velocity. Where velocities are relative to a systemic one, that
    is `zero` (km/s, c z) or what a known layout states: 1 + z = (1 + zero / c) (1 + v / c).

    Raises:
        InputError: no FITS file, no such image or several, another frame than the cube's, no unit, no velocity,
            z <= -1 or absurd, an untold systemic velocity, a map that `cubeclust redshift` wrote.
    """
    with fits_files.open_hdus(path) as hdus, fits_files.damage_reported(path):
        if holds_velocity_field(hdus):
            raise InputError(f"{path}: is a map of `cubeclust redshift`, which knows what misleads; use --redshift.")
        flat, deep = (fits_files.image_hdus(hdus, n_axes) for n_axes in (2, 3))
        images = flat | deep
        layout, preferred = layouts.match(list(images)) or (None, None)
        name = _image_name(path, list(flat), list(deep), hdu_name or preferred)
        header = fits_files.standard_cards(images[name].header)
        plane, channel = layouts.channel(header) if name in deep else (0, "")
        _require_frame(path, name, images[name].shape[-2:], header, cube_file)
        unit = unit or ("km/s" if layout and not header.get("BUNIT") else _unit(path, name, header))
        if zero is None and layout and unit != "z":
            zero = _told_zero(path, layout, fits_files.standard_cards(hdus[0].header))
        velocity = _plane(np.asarray(images[name].data, np.float64), plane)
        bad, error = layouts.rejected(images, header), layouts.errors(images, name, header)
    z = velocity * UNITS[unit]
    z[~np.isfinite(z) | (False if bad is None else _plane(bad, plane))] = np.nan
    z = z if zero is None else stretch(z * LIGHT_SPEED, zero / LIGHT_SPEED) - 1
    _require_some(path, name, z)
    _require_possible(path, name, z, unit)
    error = None if error is None else _plane(error, plane) * UNITS[unit] * LIGHT_SPEED
    return VelocityMap(z, name, unit, channel, zero, error)


def _plane(image: np.ndarray, plane: int) -> np.ndarray:
    """The plane of an image of several, (NY, NX)."""
    return image if image.ndim == 2 else image[plane]


def _image_name(path: Path, flat: list[str], deep: list[str], asked: str | None) -> str:
    """Name of the image that holds the velocities: 2-D, or 3-D with a plane for each line."""
    if asked and asked.upper() not in {*flat, *deep}:
        raise InputError(f"{path}: {asked!r} is no image; --velocity-hdu takes one of {', '.join(flat + deep)}.")
    if not asked and not flat:
        raise InputError(f"{path}: holds no 2-D image; --velocity-map takes a FITS image of the cube's frame.")
    named = [name for name in flat if name in _NAMES]
    for found in ([asked.upper()] if asked else [], flat, named):
        if len(found) == 1:
            return found[0]
    raise InputError(f"{path}: has several 2-D images ({', '.join(flat)}); name the velocities by --velocity-hdu.")


def _require_frame(path: Path, name: str, shape: tuple[int, ...], header: fits.Header, cube_file: CubeFile) -> None:
    own = Frame(cube_file.frame, read_celestial(cube_file.header))
    image = Frame(shape, read_celestial(header))
    require_same_frame(f"{path}: {name}", image, own, whose="the cube's", cure=_CURE)


def _told_zero(path: Path, layout: VelocityLayout, primary: fits.Header) -> float:
    """Systemic velocity that the file states, km/s; InputError where it states none."""
    told = layouts.told_zero(primary)
    if told is None:
        raise InputError(
            f"{path}: velocities of {layout.name} are relative to a systemic one, which this file does not state; "
            "give c z in km/s by --velocity-zero."
        )
    return told


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


def _require_some(path: Path, name: str, z: np.ndarray) -> None:
    """Raise InputError unless a spaxel has a velocity."""
    if np.isnan(z).all():
        raise InputError(f"{path}: {name} has no finite velocity that is not flagged; name another by --velocity-hdu.")


def _require_possible(path: Path, name: str, z: np.ndarray, unit: str) -> None:
    """Raise InputError for a redshift that none can have."""
    wrong = np.argwhere((z <= -1) | (np.abs(z) > _LARGEST))
    if len(wrong):
        y, x = wrong[0]
        raise InputError(
            f"{path}: {name} read in {unit} means z = {z[y, x]:.4g} at x = {x}, y = {y} (from 0), which cannot be; "
            "correct it by --velocity-unit, or set spaxels without velocity to NaN."
        )
