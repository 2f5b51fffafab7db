"""Class maps as FITS files."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Table

from cubeclust.class_map import ClassMap
from cubeclust.class_spectra import STATISTICS, ClassSpectra
from cubeclust.class_table import ClassRow
from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.celestial import astropy_celestial, cd_header
from cubeclust.quality import MEANING

_CLASS_COLUMNS = {  # field of ClassRow -> column name, unit
    "number": ("CLASS", ""),
    "n_spaxels": ("N_SPAXELS", ""),
    "area": ("AREA", "arcsec2"),
    "ra": ("RA", "deg"),
    "dec": ("DEC", "deg"),
    "mean_max_posterior": ("MEAN_MAXPROB", ""),
    "mean_snr": ("MEAN_SNR", ""),
    "color": ("COLOR", ""),
}


_COLOR = re.compile("#[0-9A-Fa-f]{6}")
_IMAGES = ("CLASSMAP", "QUALITY", "MAXPROB", "WHITELIGHT")
_TABLES = ("CLASSES", "SPECTRA", "WAVELENGTH")


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


@dataclass(frozen=True)
class StoredMap:
    """What a class map file holds; title names the target and the method."""

    class_map: ClassMap
    rows: list[ClassRow]
    spectra: ClassSpectra
    white_light: WhiteLight
    title: str


def write_class_map(
    path: Path,
    class_map: ClassMap,
    rows: list[ClassRow],
    spectra: ClassSpectra,
    provenance: Provenance,
    *,
    white_light: WhiteLight,
) -> None:
    """Write an empty primary, the images CLASSMAP, QUALITY, MAXPROB and WHITELIGHT and the three tables."""
    sky = cd_header(class_map.wcs)
    hdus = [
        _primary(provenance),
        fits.ImageHDU(class_map.classes, _header(sky, "class, 0 = unclassified"), name="CLASSMAP"),
        fits.ImageHDU(class_map.quality.astype(np.int32), _quality_header(sky), name="QUALITY"),
        fits.ImageHDU(class_map.max_posterior, _header(sky, "largest posterior p(class|spectrum)"), name="MAXPROB"),
        fits.ImageHDU(white_light.image, _white_light_header(sky, white_light.unit), name="WHITELIGHT"),
        fits.table_to_hdu(_class_table(rows)),
        _with_unit(fits.table_to_hdu(_spectra_table(spectra)), spectra.unit),
        fits.table_to_hdu(_wavelength_table(spectra)),
    ]
    for hdu, name in zip(hdus[-3:], _TABLES, strict=True):
        hdu.name = name
    fits.HDUList(hdus).writeto(path, checksum=True)


def read_class_map(path: Path) -> StoredMap:
    """Read what write_class_map wrote.

    Raises:
        InputError: no FITS file, or none of these.
    """
    with fits_files.open_hdus(path) as hdus, fits_files.damage_reported(path):
        missing = [name for name in (*_IMAGES, *_TABLES) if name not in hdus]
        if missing:
            raise InputError(
                f"{path}: is no class map that can be read again (it has no {missing[0]}); "
                "give a *_classmap.fits that this version of `cubeclust run` wrote."
            )
        images = {name: np.asarray(hdus[name].data) for name in _IMAGES}
        tables = {name: hdus[name].data for name in _TABLES}
        rows = _class_rows(tables["CLASSES"])
        _check(path, images, rows, tables["SPECTRA"]["CLASS"])
        class_map = ClassMap(
            images["CLASSMAP"].astype(np.int16),
            images["MAXPROB"].astype(np.float32),
            images["QUALITY"].astype(np.int32),
            astropy_celestial(hdus["CLASSMAP"].header),
        )
        spectra = ClassSpectra(
            tables["WAVELENGTH"]["WAVELENGTH"].astype(np.float64),
            hdus["WAVELENGTH"].header["MEDIUM"],
            hdus["SPECTRA"].columns["MEAN"].unit or "",
            *(tables["SPECTRA"][name.upper()].astype(np.float32) for name in STATISTICS),
        )
        light = WhiteLight(images["WHITELIGHT"].astype(np.float32), hdus["WHITELIGHT"].header.get("BUNIT", ""))
        return StoredMap(class_map, rows, spectra, light, _title(hdus[0].header))


def _class_rows(table: fits.FITS_rec) -> list[ClassRow]:
    columns = [table[name].tolist() for name, _ in _CLASS_COLUMNS.values()]
    return [ClassRow(**dict(zip(_CLASS_COLUMNS, values, strict=True))) for values in zip(*columns, strict=True)]


def _check(path: Path, images: dict[str, np.ndarray], rows: list[ClassRow], in_spectra: np.ndarray) -> None:
    """Raise InputError unless images and tables speak of one frame and the classes 1..K."""
    numbers = [row.number for row in rows]
    sound = (
        len({image.shape for image in images.values()}) == 1
        and images["CLASSMAP"].ndim == 2
        and numbers == in_spectra.tolist() == list(range(1, len(rows) + 1))
        and 0 <= images["CLASSMAP"].min() <= images["CLASSMAP"].max() == len(rows)
        and all(_COLOR.fullmatch(row.color) for row in rows)
    )
    if not sound:
        raise InputError(f"{path}: its images and tables do not fit each other; write it again by `cubeclust run`.")


def _title(header: fits.Header) -> str:
    return f"{header['OBJECT'] or fits_files.stem(Path(header['CUBE']))}: {header['METHOD']}"


def _primary(provenance: Provenance) -> fits.PrimaryHDU:
    hdu = fits.PrimaryHDU()
    for key, (value, comment) in provenance.cards.items():
        hdu.header[key] = (_ascii(value) if isinstance(value, str) else value, comment)
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
    table = Table(rows=[list(asdict(row).values()) for row in rows], names=[n for n, _ in _CLASS_COLUMNS.values()])
    for name, unit in _CLASS_COLUMNS.values():
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
    return table
