"""Binary tables of FITS files that are small but many: astropy takes several milliseconds to open each."""

from dataclasses import dataclass
from functools import lru_cache
from io import BufferedReader
from pathlib import Path

import numpy as np

from cubeclust.errors import InputError

_BLOCK, _CARD = 2880, 80  # bytes; FITS standard 4.0, section 3
_TYPES = {"I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}  # TFORM of single numbers, section 7.3


@dataclass(frozen=True)
class _Hdu:
    """Name, bytes of the data, and the type of a row, None where the HDU is no table of single numbers."""

    name: str
    size: int
    dtype: np.dtype | None


def read_tables(path: Path, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Tables of single numbers by the upper-case names asked for, as structured arrays (n_rows,).

    Raises:
        InputError: the file cannot be reached, is no FITS file, is truncated, or lacks such a table.
    """
    tables = {}
    try:
        with path.open("rb") as stream:
            while header := _next_header(stream):
                hdu = _parsed(header)
                if hdu.name in names and hdu.dtype is not None:
                    tables[hdu.name] = np.frombuffer(stream.read(hdu.size), hdu.dtype, hdu.size // hdu.dtype.itemsize)
                    stream.seek(-hdu.size % _BLOCK, 1)
                else:
                    stream.seek(hdu.size + -hdu.size % _BLOCK, 1)
    except (OSError, ValueError, LookupError, ZeroDivisionError) as error:
        raise InputError(f"{path}: cannot be read as FITS ({error}); check that it is a complete FITS file.") from error
    if missing := [name for name in names if name not in tables]:
        raise InputError(f"{path}: has no table {missing[0]}; check that it is a complete file of its program.")
    return tables


def _next_header(stream: BufferedReader) -> bytes:
    """Header of the HDU that begins here, empty at the end of the file."""
    header = stream.read(_BLOCK)
    while header and b"END".ljust(_CARD) not in {header[i : i + _CARD] for i in range(0, len(header), _CARD)}:
        block = stream.read(_BLOCK)
        if len(block) < _BLOCK:
            raise ValueError("truncated, or no header")
        header += block
    return header


@lru_cache(maxsize=1024)
def _parsed(header: bytes) -> _Hdu:
    """HDU that a header describes; files of one program have few different headers."""
    cards = [header[i : i + _CARD].decode("ascii", "replace") for i in range(0, len(header), _CARD)]
    values = {card[:8].strip(): card[10:].split("/")[0].strip(" '") for card in cards if card[8:10] == "= "}
    n_axes = int(values["NAXIS"])
    axes = [int(values[f"NAXIS{axis}"]) for axis in range(1, n_axes + 1)]
    size = abs(int(values["BITPIX"])) // 8 * (int(np.prod(axes)) if axes else 0) + int(values.get("PCOUNT", 0))
    return _Hdu(values.get("EXTNAME", "").upper(), size, _row_type(values))


def _row_type(values: dict[str, str]) -> np.dtype | None:
    forms = [values[f"TFORM{field}"].removeprefix("1") for field in range(1, int(values.get("TFIELDS", 0)) + 1)]
    if not forms or any(form not in _TYPES for form in forms):
        return None
    names = [values[f"TTYPE{field}"] for field in range(1, len(forms) + 1)]
    return np.dtype([(name, _TYPES[form]) for name, form in zip(names, forms, strict=True)])
