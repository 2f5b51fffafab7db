"""Class maps as FITS files."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Table

from cubeclust.class_map import ClassMap
from cubeclust.class_spectra import STATISTICS, ClassSpectra
from cubeclust.class_table import ClassRow
from cubeclust.io.celestial import cd_header
from cubeclust.lines import LIGHT_SPEED
from cubeclust.quality import MEANING

CLASS_COLUMNS = {  # field of ClassRow -> column name, unit
    "number": ("CLASS", ""),
    "n_spaxels": ("N_SPAXELS", ""),
    "area": ("AREA", "arcsec2"),
    "ra": ("RA", "deg"),
    "dec": ("DEC", "deg"),
    "mean_max_posterior": ("MEAN_MAXPROB", ""),
    "mean_snr": ("MEAN_SNR", ""),
    "color": ("COLOR", ""),
    "name": ("NAME", ""),
    "parent": ("PARENT", ""),
}


_CARD = 64  # characters of a value and its comment that fit a header card
REST = "SOURCE"  # SPECSYS of wavelengths at rest


@dataclass(frozen=True)
class Provenance:
    """Where a map comes from: header cards (key -> value, comment) and lines of HISTORY."""

    cards: dict[str, tuple[str | int, str]]
    history: tuple[str, ...]


@dataclass(frozen=True)
class WhiteLight:
    """Mean flux over the channels read, (NY, NX) float32, NaN where not read; unit as FITS writes it, "" if unknown."""

    image: np.ndarray
    unit: str


def write_class_map(
    path: Path,
    class_map: ClassMap,
    rows: list[ClassRow],
    spectra: ClassSpectra,
    provenance: Provenance,
    *,
    white_light: WhiteLight,
) -> None:
    """Write an empty primary, the images CLASSMAP, QUALITY, MAXPROB and WHITELIGHT and the three tables.

    VELOCITY follows the other images where spectra were shifted to rest.
    """
    sky = cd_header(class_map.wcs)
    hdus = [
        _primary(provenance),
        fits.ImageHDU(class_map.classes, _header(sky, "class, 0 = unclassified"), name="CLASSMAP"),
        fits.ImageHDU(class_map.quality.astype(np.int32), _quality_header(sky), name="QUALITY"),
        fits.ImageHDU(class_map.max_posterior, _header(sky, "largest posterior p(class|spectrum)"), name="MAXPROB"),
        fits.ImageHDU(white_light.image, _white_light_header(sky, white_light.unit), name="WHITELIGHT"),
    ]
    if class_map.redshift is not None:
        hdus.append(_velocity(class_map.redshift, sky))
    tables = {
        "CLASSES": fits.table_to_hdu(_class_table(rows)),
        "SPECTRA": _with_unit(fits.table_to_hdu(_spectra_table(spectra)), spectra.unit),
        "WAVELENGTH": fits.table_to_hdu(_wavelength_table(spectra)),
    }
    for name, hdu in tables.items():
        hdu.name = name
    fits.HDUList([*hdus, *tables.values()]).writeto(path, checksum=True)


def _primary(provenance: Provenance) -> fits.PrimaryHDU:
    hdu = fits.PrimaryHDU()
    for key, (value, comment) in provenance.cards.items():
        text = _ascii(value) if isinstance(value, str) else value
        hdu.header[key] = (text, comment if len(str(text)) + len(comment) <= _CARD else "")
    for line in provenance.history:
        hdu.header.add_history(_ascii(line))
    return hdu


def _ascii(text: str) -> str:
    """The printable ASCII that FITS headers are limited to; other characters as escapes."""
    return "".join(c if c.isprintable() else " " for c in text).encode("ascii", "backslashreplace").decode()


def _header(sky: fits.Header, content: str) -> fits.Header:
    header = sky.copy()
    header["CONTENT"] = content
    return header


def _velocity(redshift: np.ndarray, sky: fits.Header) -> fits.ImageHDU:
    header = _header(sky, "velocity v = c z that was corrected for")
    header["BUNIT"] = "km/s"
    return fits.ImageHDU((redshift * LIGHT_SPEED).astype(np.float32), header, name="VELOCITY")


def _white_light_header(sky: fits.Header, unit: str) -> fits.Header:
    header = _header(sky, "mean flux over the channels read")
    if unit:
        header["BUNIT"] = _ascii(unit)
    return header


def _quality_header(sky: fits.Header) -> fits.Header:
    header = _header(sky, "bits that say why a spaxel has no class")
    for bit, meaning in MEANING.items():
        header[f"QBIT{bit.bit_length() - 1}"] = (bit.name, f"{bit.value}: {meaning}")
    return header


def _class_table(rows: list[ClassRow]) -> Table:
    table = Table(rows=[list(asdict(row).values()) for row in rows], names=[n for n, _ in CLASS_COLUMNS.values()])
    for name, unit in CLASS_COLUMNS.values():
        table[name].unit = unit or None
    return table


def _spectra_table(spectra: ClassSpectra) -> Table:
    table = Table({"CLASS": np.arange(1, len(spectra.mean) + 1, dtype=np.int16)})
    for name in STATISTICS:
        table[name.upper()] = getattr(spectra, name)
    return table


def _with_unit(hdu: fits.BinTableHDU, unit: str) -> fits.BinTableHDU:
    """Give the cube's unit, as the cube spells it, to the columns of spectra."""
    for name in STATISTICS if unit else ():
        hdu.columns[name.upper()].unit = unit
    return hdu


def _wavelength_table(spectra: ClassSpectra) -> Table:
    table = Table({"WAVELENGTH": spectra.wavelength})
    table["WAVELENGTH"].unit = "Angstrom"
    table.meta["MEDIUM"] = spectra.medium
    if spectra.rest:
        table.meta["SPECSYS"] = (REST, "rest frame of the source")  # FITS standard 4.0, section 8.4.1
    return table
