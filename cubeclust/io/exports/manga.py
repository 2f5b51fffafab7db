"""SDSS MaNGA: a BINID image as in the MAPS files of its data analysis pipeline (Westfall et al. 2019)."""

from pathlib import Path

import numpy as np
from astropy.io import fits

from cubeclust.classes.classification import Classification
from cubeclust.io.celestial import cd_header


def write_bins(path: Path, classification: Classification, snr: np.ndarray) -> None:
    """Write BINID: class number - 1, and -1 where there is no class."""
    class_map = classification.class_map
    header = cd_header(class_map.wcs)
    header["CONTENT"] = "class - 1, -1 = unclassified"
    image = fits.ImageHDU(class_map.classes.astype(np.int32) - 1, header, name="BINID")
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(path, checksum=True)
