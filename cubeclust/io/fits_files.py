"""Opening FITS files: every way in which a file can be no FITS file ends as one sentence."""

import bz2
import gzip
import re
import stat
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from cubeclust.errors import InputError

# What astropy raises on headers and data that are not what they claim to be.
_DAMAGE = (
    *(OSError, EOFError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
    *(AssertionError, MemoryError, zlib.error, fits.VerifyError),
)
# First bytes of a packed file -> how to unpack it.
_PACKED: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open}
_KEYWORD = re.compile(r"[A-Z0-9_-]{1,8}")  # FITS standard 4.0, section 4.1.2.1


def stem(path: Path) -> str:
    """File name without its extensions (.fits, .fits.gz, .fit ...)."""
    name = path.name
    for packed in (".gz", ".fz", ".bz2"):
        name = name.removesuffix(packed)
    return name.rsplit(".", 1)[0]


@contextmanager
def damage_reported(path: Path) -> Iterator[None]:
    """Turn whatever astropy raises on a damaged file into one InputError; keep its warnings quiet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except InputError:
        raise
    except _DAMAGE as error:
        reason = " ".join(str(error).split()).split(". ")[0].strip(" .") or type(error).__name__
        raise InputError(
            f"{path}: cannot be read as FITS ({reason}); check that it is a complete FITS file."
        ) from error


def open_hdus(path: Path, *, checked: bool = False) -> fits.HDUList:
    """Open a FITS file, plain, gzip or bzip2, and check that all of it is there unless that is known already.

    Raises:
        InputError: no such file, a directory, not FITS, truncated.
    """
    try:
        directory = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; check the path.") from error
    except OSError as error:
        raise InputError(
            f"{path}: cannot be reached ({error.strerror}); check the path and its permissions."
        ) from error
    if directory:
        raise InputError(f"{path}: is a directory; give the FITS file inside it.")
    with damage_reported(path):
        hdus = fits.open(path, memmap=False)
        try:
            if not checked:
                _check_complete(path, hdus)
        except BaseException:
            hdus.close()
            raise
    return hdus


def _check_complete(path: Path, hdus: fits.HDUList) -> None:
    """Compare where the last HDU ends with the size of the file, unpacked if it is packed.

    astropy quietly drops the HDUs that a truncated gzip file cuts off; unpacking to its end raises instead.
    """
    end = max(hdu.fileinfo()["datLoc"] + _stored_size(hdu) for hdu in hdus)  # iterating reads every header
    size = _unpacked_size(path)
    if end > size:
        raise InputError(f"{path}: is truncated ({size} of {end} bytes); copy or download it again.")


def _stored_size(hdu: fits.ImageHDU) -> int:
    """Bytes of the HDU's data in the file; a tile-compressed image gives its size when it is read."""
    return 0 if isinstance(hdu, fits.CompImageHDU) else hdu.size


def _unpacked_size(path: Path) -> int:
    with path.open("rb") as stream:
        start = stream.read(3)
    opener = next((opener for magic, opener in _PACKED.items() if start.startswith(magic)), None)
    if opener is None:
        return path.stat().st_size
    with opener(path) as unpacked:
        return sum(len(part) for part in iter(lambda: unpacked.read(2**22), b""))


def standard_cards(header: fits.Header) -> fits.Header:
    """Cards with a standard keyword and a value that parses, so that damage counts only where it is asked for."""
    clean = fits.Header()
    for card in header.cards:
        keyword = card.keyword
        if _KEYWORD.fullmatch(keyword) and keyword not in ("COMMENT", "HISTORY"):
            try:
                clean[keyword] = card.value
            except (fits.VerifyError, ValueError):
                continue
    return clean


def image_hdus(hdus: fits.HDUList, n_axes: int) -> dict[str, fits.ImageHDU]:
    """Image HDUs with n_axes axes, by upper-case name; without a name, or with one taken, they are HDU<number>."""
    found: dict[str, fits.ImageHDU] = {}
    for number, hdu in enumerate(hdus):
        if hdu.is_image and len(hdu.shape) == n_axes and np.prod(hdu.shape) > 0:
            name = hdu.name.upper()
            found[f"HDU{number}" if name in ("", "PRIMARY", *found) else name] = hdu
    return found
