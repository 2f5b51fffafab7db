"""Mask images: 0 = good, anything else = masked."""

from pathlib import Path

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.frames import Frame, require_same_frame


def read_mask(path: Path, frame: tuple[int, int]) -> np.ndarray:
    """Where the first 2-D image of a FITS file is not 0 (NaN counts as masked), (NY, NX) bool.

    Raises:
        InputError: no FITS file, no 2-D image, or an image of another shape than the cube's frame.
    """
    with fits_files.open_hdus(path) as hdus, fits_files.damage_reported(path):
        images = fits_files.image_hdus(hdus, 2)
        if not images:
            raise InputError(f"{path}: holds no 2-D image; --mask takes a FITS image that is 0 where spaxels are good.")
        name, hdu = next(iter(images.items()))
        cure = "--mask takes an image of the whole frame"
        require_same_frame(f"{path}: {name}", Frame(hdu.shape), Frame(frame), whose="the cube's", cure=cure)
        return np.asarray(hdu.data != 0)
