"""The celestial WCS: of a cube, read through mpdaf; of an image; written in CD form."""

import warnings

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS, WcsError


def read_celestial(header: fits.Header) -> WCS | None:
    """Celestial WCS (2-D) of a cube's header, None where it has none that is usable."""
    from mpdaf import obj

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            wcs = obj.WCS(header).wcs
            usable = wcs is not None and wcs.has_celestial and bool(wcs.wcs_pix2world([[0.0, 0.0]], 0).any())
        except (WcsError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
            return None
    return wcs if usable else None


def astropy_celestial(header: fits.Header) -> WCS | None:
    """Celestial WCS (2-D) of an image's header by astropy alone, None where it has none that is usable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            wcs = WCS(header).celestial
            usable = wcs.has_celestial and bool(np.isfinite(wcs.wcs_pix2world([[0.0, 0.0]], 0)).all())
        except (WcsError, ValueError, TypeError, LookupError, ArithmeticError):
            return None
    return wcs if usable else None


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
