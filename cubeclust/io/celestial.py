"""The celestial WCS: of a cube, read through mpdaf; of an image; written in CD form."""

import warnings

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS, WcsError

from cubeclust.runtime.packages import require_package


def require_reader() -> None:
    """Raise InputError unless what reads the celestial WCS of cubes is installed."""
    require_package("mpdaf", "reading the celestial WCS of a cube")


def read_celestial(header: fits.Header) -> WCS | None:
    """Celestial WCS (2-D) of a cube's header, None where it has none that is usable; InputError without mpdaf."""
    require_reader()
    from mpdaf import obj

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            wcs = obj.WCS(header).wcs
            return wcs if wcs is not None and _usable(wcs) else None
        except (WcsError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
            return None


def astropy_celestial(header: fits.Header) -> WCS | None:
    """Celestial WCS (2-D) of an image's header by astropy alone, None where it has none that is usable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            wcs = WCS(header).celestial
            return wcs if _usable(wcs) else None
        except (WcsError, ValueError, TypeError, LookupError, ArithmeticError):
            return None


def _usable(wcs: WCS) -> bool:
    """Whether the WCS leads from pixels to the sky and back."""
    if not wcs.has_celestial or not np.isfinite(wcs.wcs_pix2world([[0.0, 0.0]], 0)).all():
        return False
    sides = np.linalg.svd(wcs.pixel_scale_matrix, compute_uv=False)  # of a pixel, degrees; a tenth is no image's
    return bool(1e-6 * sides[0] < sides[-1] and sides[0] < 0.1 and wcs.wcs_pix2world([[0.0, 0.0]], 0).any())


def missing_sky_cards(header: fits.Header) -> list[str]:
    """Cards of the celestial axes that the header names but does not give a number for, and that count as 0."""
    named = [axis for axis in (1, 2) if str(header.get(f"CTYPE{axis}", "")).strip()]
    keys = [f"{key}{axis}" for axis in named for key in ("CRVAL", "CRPIX")]
    return [key for key in keys if isinstance(header.get(key), bool) or not isinstance(header.get(key), int | float)]


def cd_header(wcs: WCS | None) -> fits.Header:
    """Header cards of a celestial WCS with a CD matrix, empty for None.

    WCS.to_header writes PC + CDELT; ALFA and GIST read CD only.
    """
    if wcs is None:
        return fits.Header()
    header = wcs.to_header()
    for key in ("CDELT1", "CDELT2", "PC1_1", "PC1_2", "PC2_1", "PC2_2", "MJDREF"):
        header.remove(key, ignore_missing=True)
    for i in (1, 2):
        for j in (1, 2):
            header[f"CD{i}_{j}"] = float(wcs.pixel_scale_matrix[i - 1, j - 1])
    return header
