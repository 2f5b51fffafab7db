"""Velocity fields as FITS files, which `cubeclust redshift` writes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Table

from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.celestial import astropy_celestial, cd_header, read_celestial
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.frames import Frame, require_same_frame
from cubeclust.io.map_hdus import Provenance, flag_hdu, image_hdu, primary_hdu
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import ABSORPTION, EMISSION
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import MEANING, Tracer, VelocityFlag


@dataclass(frozen=True)
class Image:
    """How a field of VelocityField is stored: name of the HDU, what it holds, unit, type of its samples."""

    name: str
    content: str
    unit: str
    dtype: type[np.generic]


IMAGES = {  # field of VelocityField -> HDU; FLAG and the optional BIN, LINEFLUX and LINEERR follow
    "velocity": Image("VELOCITY", "velocity about the systemic, c (z - ZSYS) / (1 + ZSYS)", "km/s", np.float32),
    "error": Image("VELERR", "error of the velocity, one standard deviation", "km/s", np.float32),
    "sigma": Image("SIGMA", "width of the lines, one standard deviation", "km/s", np.float32),
    "snr": Image("SNR", "signal to noise of all lines together", "", np.float32),
    "n_lines": Image("NLINES", "lines detected", "", np.int16),
}
_FLUXES = {"fluxes": ("LINEFLUX", "flux of each of LINES"), "flux_errors": ("LINEERR", "error of LINEFLUX")}
_KNOWN = {line.name: line for line in EMISSION + ABSORPTION}


def write_velocity_field(path: Path, field: VelocityField, provenance: Provenance) -> None:
    """Write an empty primary with ZSYS, CZSYS, MEDIUM and DROPBITS, the images IMAGES and FLAG, and what else is known.

    BIN follows where spaxels were binned, TRACER where gas and stars were told apart; LINEFLUX and LINEERR, (n_lines,
    NY, NX), with the table LINES where fluxes are known. Other pages than the sky's two axes are numbered from 1.
    """
    sky = cd_header(field.wcs)
    hdus = [_primary(field, provenance)]
    for key, image in IMAGES.items():
        samples = getattr(field, key).astype(image.dtype)
        hdus.append(image_hdu(image.name, samples, sky, image.content, image.unit))
    hdus[1].header.add_comment("About ZSYS; VELOCITY of a class map is c z, not about ZSYS.")
    hdus.append(flag_hdu("FLAG", field.flag, sky, "bits that say what speaks against a velocity", MEANING))
    if field.bins is not None:
        hdus.append(image_hdu("BIN", field.bins.astype(np.int32), sky, "bin measured together, -1 = none"))
    if field.tracer is not None:
        meaning = ", ".join(f"{kind.value} = {kind.name.lower()}" for kind in Tracer)
        hdus.append(image_hdu("TRACER", field.tracer.astype(np.uint8), sky, f"what moves: {meaning}"))
    if field.fluxes:
        for key, (name, content) in _FLUXES.items():
            pages = np.stack(list(getattr(field, key).values())).astype(np.float32)
            hdus.append(image_hdu(name, pages, _paged(sky), content, field.flux_unit))
        hdus.append(_lines(list(field.fluxes)))
    fits.HDUList(hdus).writeto(path, checksum=True)


def holds_velocity_field(hdus: fits.HDUList) -> bool:
    """Whether a file is one that write_velocity_field wrote."""
    names = {hdu.name for hdu in hdus}
    return names >= {"FLAG", *(image.name for image in IMAGES.values())} and "ZSYS" in hdus[0].header


def read_velocity_field(path: Path, cube_file: CubeFile | None = None) -> VelocityField:
    """Read what write_velocity_field wrote, and hold its frame against the cube's where one is given.

    Raises:
        InputError: no FITS file, none of these, another frame than the cube's, no velocity that can be used.
    """
    with fits_files.open_hdus(path) as hdus, fits_files.damage_reported(path):
        if not holds_velocity_field(hdus):
            raise InputError(
                f"{path}: is no velocity map of `cubeclust redshift`; give maps of other tools by --velocity-map."
            )
        _require_one_frame(path, hdus)
        field = _field(hdus)
    if field.misleading.all():
        raise InputError(
            f"{path}: every velocity is missing or misleading; "
            "measure again with other limits, or --keep the flags that do no harm."
        )
    if cube_file is not None:
        own = Frame(cube_file.frame, read_celestial(cube_file.header))
        image, cure = Frame(field.velocity.shape, field.wcs), "give the velocity map that was measured on this cube"
        require_same_frame(f"{path}: VELOCITY", image, own, whose="the cube's", cure=cure)
    return field


def _primary(field: VelocityField, provenance: Provenance) -> fits.PrimaryHDU:
    hdu = primary_hdu(provenance)
    hdu.header["ZSYS"] = (field.systemic, "systemic redshift, z = v / c")
    hdu.header["CZSYS"] = (field.systemic * LIGHT_SPEED, "[km/s] c ZSYS")
    if np.isfinite(field.confidence):
        hdu.header["ZCONF"] = (round(field.confidence, 4), "confidence of ZSYS, sure from 1.25")
    hdu.header["MEDIUM"] = (field.medium, "of the rest wavelengths: air or vacuum")
    hdu.header["DROPBITS"] = (int(field.dropped), "bits of FLAG that make a velocity misleading")
    return hdu


def _paged(sky: fits.Header) -> fits.Header:
    """Header of images one behind another, numbered from 1."""
    header = sky.copy()
    header["WCSAXES"] = 3
    header.update({"CTYPE3": "LINE", "CRPIX3": 1.0, "CRVAL3": 1.0, "CD3_3": 1.0})
    return header


def _lines(names: list[str]) -> fits.BinTableHDU:
    """Table LINES: page of LINEFLUX, name, rest wavelengths in Angstrom, NaN for a line that is not known."""
    table = Table({"INDEX": np.arange(1, len(names) + 1, dtype=np.int16), "NAME": names})
    for medium in ("air", "vacuum"):
        rest = [_KNOWN[name].wavelength(medium) if name in _KNOWN else np.nan for name in names]
        table[medium.upper()] = np.array(rest)
        table[medium.upper()].unit = "Angstrom"
    hdu = fits.table_to_hdu(table)
    hdu.name = "LINES"
    return hdu


def _field(hdus: fits.HDUList) -> VelocityField:
    primary = hdus[0].header
    images = {key: hdus[image.name].data.astype(image.dtype) for key, image in IMAGES.items()}
    fluxes, flux_errors = (_pages(hdus, name) for name, _ in _FLUXES.values())
    return VelocityField(
        **images,
        flag=hdus["FLAG"].data.astype(np.int32),
        systemic=float(primary["ZSYS"]),
        confidence=float(primary.get("ZCONF", np.nan)),
        medium=str(primary.get("MEDIUM", "unknown")),
        dropped=VelocityFlag(int(primary["DROPBITS"])),
        wcs=astropy_celestial(hdus["VELOCITY"].header),
        bins=hdus["BIN"].data.astype(np.int32) if "BIN" in hdus else None,
        tracer=hdus["TRACER"].data.astype(np.uint8) if "TRACER" in hdus else None,
        fluxes=fluxes,
        flux_errors=flux_errors,
        flux_unit=str(hdus["LINEFLUX"].header.get("BUNIT", "")) if fluxes else "",
    )


def _pages(hdus: fits.HDUList, name: str) -> dict[str, np.ndarray]:
    """Line name -> page of an image with one for each of LINES; empty where there are no lines."""
    lines = hdus["LINES"].data["NAME"].tolist() if "LINES" in hdus else []
    return {line: hdus[name].data[page].astype(np.float32) for page, line in enumerate(lines)}


def _require_one_frame(path: Path, hdus: fits.HDUList) -> None:
    """Raise InputError unless the images are of one frame, about a possible redshift."""
    names = ["FLAG", *(image.name for image in IMAGES.values()), *({"BIN", "TRACER"} & {hdu.name for hdu in hdus})]
    pages = [name for name, _ in _FLUXES.values() if name in hdus]
    shapes = {hdus[name].shape for name in names} | {hdus[name].shape[1:] for name in pages}
    if len(shapes) > 1 or hdus["FLAG"].data.ndim != 2 or not float(hdus[0].header["ZSYS"]) > -1:
        raise InputError(f"{path}: its images are inconsistent; make it again by `cubeclust redshift`.")
