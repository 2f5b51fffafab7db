"""SDSS MaNGA: a BINID image as in the MAPS files of its data analysis pipeline (Westfall et al. 2019)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.io import fits

from cubeclust.class_map import ClassMap
from cubeclust.classes.table import ClassRow
from cubeclust.io.celestial import cd_header
from cubeclust.spectra import Spectra


def write(
    paths: Sequence[Path], class_map: ClassMap, rows: list[ClassRow], spectra: Spectra, white_light: np.ndarray
) -> None:
    """Write BINID: class number - 1, and -1 where there is no class."""
    (path,) = paths
    header = cd_header(class_map.wcs)
    header["CONTENT"] = "class - 1, -1 = unclassified"
    image = fits.ImageHDU(class_map.classes.astype(np.int32) - 1, header, name="BINID")
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(path, checksum=True)
