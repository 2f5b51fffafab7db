"""Class maps read again."""

import re
from pathlib import Path

import numpy as np
from astropy.io import fits

from cubeclust.class_map import ClassMap
from cubeclust.classes.classification import Classification, Origin, WhiteLight
from cubeclust.classes.names import is_class_name
from cubeclust.classes.spectra import STATISTICS, ClassSpectra
from cubeclust.classes.table import ClassRow
from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.celestial import astropy_celestial
from cubeclust.io.maps.write import CLASS_COLUMNS, REST
from cubeclust.velocities.motion import Motion

_COLOR = re.compile("#[0-9A-Fa-f]{6}")
_IMAGES = ("CLASSMAP", "QUALITY", "MAXPROB", "WHITELIGHT")
_TABLES = ("CLASSES", "SPECTRA", "WAVELENGTH")


def read_class_map(path: Path) -> Classification:
    """Read what write_class_map wrote.

    Raises:
        InputError: no FITS file, or none of these.
    """
    with fits_files.open_hdus(path) as hdus, fits_files.damage_reported(path):
        _require_whole(path, hdus)
        images = {name: np.asarray(hdus[name].data) for name in _IMAGES}
        tables = {name: hdus[name].data for name in _TABLES}
        rows = _class_rows(tables["CLASSES"])
        _check(path, images, rows, tables)
        class_map = ClassMap(
            images["CLASSMAP"].astype(np.int16),
            images["MAXPROB"].astype(np.float32),
            images["QUALITY"].astype(np.int32),
            astropy_celestial(hdus["CLASSMAP"].header),
            len(rows),
            _motion(hdus),
        )
        spectra = ClassSpectra(
            tables["WAVELENGTH"]["WAVELENGTH"].astype(np.float64),
            _medium(hdus["WAVELENGTH"].header),
            hdus["WAVELENGTH"].header.get("SPECSYS") == REST,
            hdus["SPECTRA"].columns["MEAN"].unit or "",
            *(tables["SPECTRA"][name.upper()].astype(np.float32) for name in STATISTICS),
        )
        light = WhiteLight(images["WHITELIGHT"].astype(np.float32), hdus["WHITELIGHT"].header.get("BUNIT", ""))
        return Classification(class_map, rows, spectra, light, _origin(hdus[0].header))


def _origin(header: fits.Header) -> Origin:
    """What the primary header states."""
    keys = ("OBJECT", "CUBE", "METHOD", "NORMBAND", "PARENT")
    target, cube, method, averaged, parent = (str(header.get(key, "")) for key in keys)
    history = tuple(map(str, header.get("HISTORY", ())))
    return Origin(target, cube, fits_files.stem(Path(cube)), method, averaged, parent, history)


def _motion(hdus: fits.HDUList) -> Motion | None:
    """Redshifts of the spaxels and of the object; the widths of their lines are not kept."""
    if "VELOCITY" not in hdus:
        return None
    return Motion.of_cz(hdus["VELOCITY"].data, float(hdus[0].header["ZSYS"]))


def _require_whole(path: Path, hdus: fits.HDUList) -> None:
    """Raise InputError unless the file has the images, the tables and the columns of the classes."""
    missing = [name for name in (*_IMAGES, *_TABLES) if name not in hdus]
    if not missing:
        columns = hdus["CLASSES"].columns.names
        missing = [f"column {name} in CLASSES" for name, _ in CLASS_COLUMNS.values() if name not in columns]
    if missing:
        raise InputError(
            f"{path}: is no class map that can be read again (it has no {missing[0]}); "
            "give a *_classmap.fits that this version of `cubeclust run` wrote."
        )


def _class_rows(table: fits.FITS_rec) -> list[ClassRow]:
    columns = [table[name].tolist() for name, _ in CLASS_COLUMNS.values()]
    return [ClassRow(**dict(zip(CLASS_COLUMNS, values, strict=True))) for values in zip(*columns, strict=True)]


def _check(path: Path, images: dict[str, np.ndarray], rows: list[ClassRow], tables: dict[str, fits.FITS_rec]) -> None:
    """Raise InputError unless images and tables describe one frame and the classes 1..K."""
    numbers, spectra = [row.number for row in rows], tables["SPECTRA"]
    sound = (
        len({image.shape for image in images.values()}) == 1
        and images["CLASSMAP"].ndim == 2
        and numbers == spectra["CLASS"].tolist() == list(range(1, len(rows) + 1))
        and spectra["MEAN"].shape == (len(rows), len(tables["WAVELENGTH"]))
        and 0 <= images["CLASSMAP"].min() <= images["CLASSMAP"].max() <= len(rows)
        and [row.n_spaxels for row in rows] == [np.count_nonzero(images["CLASSMAP"] == number) for number in numbers]
        and any(row.n_spaxels for row in rows)
        and all(_COLOR.fullmatch(row.color) and is_class_name(row.name) and row.parent >= 0 for row in rows)
        and len({row.name for row in rows}) == len(rows)
    )
    if not sound:
        raise InputError(f"{path}: its images and tables are inconsistent; make it again by `cubeclust run`.")


def _medium(header: fits.Header) -> str:
    medium = header.get("MEDIUM")
    return medium if medium in ("air", "vacuum") else "unknown"
