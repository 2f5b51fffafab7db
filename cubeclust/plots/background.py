"""An image of the same sky, brought onto the frame of a class map."""

from math import ceil

import numpy as np
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales

from cubeclust.runtime.packages import require_package

_FINEST = 8  # parts of a spaxel's side


def subdivision(wcs: WCS, image_wcs: WCS) -> int:
    """Parts, 1 to 8, that a spaxel's side is cut into so that pixels of the image keep their detail."""
    spaxel, pixel = (np.sqrt(np.prod(proj_plane_pixel_scales(each))) for each in (wcs, image_wcs))
    return int(np.clip(ceil(spaxel / pixel - 0.01), 1, _FINEST))


def subdivided(wcs: WCS, factor: int) -> WCS:
    """WCS of the frame whose pixels are cut into factor x factor."""
    fine = wcs.deepcopy()
    fine.wcs.crpix = (wcs.wcs.crpix - 0.5) * factor + 0.5
    if fine.wcs.has_cd():
        fine.wcs.cd = wcs.wcs.cd / factor
    else:
        fine.wcs.cdelt = wcs.wcs.cdelt / factor
    fine.wcs.set()
    return fine


def background(image: np.ndarray, image_wcs: WCS, wcs: WCS, frame: tuple[int, int]) -> np.ndarray:
    """The image interpolated linearly onto the frame (NY, NX), cut finer where its pixels are smaller than spaxels.

    (NY * f, NX * f) float32, f from 1 to 8; NaN outside the image.

    Raises:
        InputError: the package reproject is not installed.
    """
    require_package("reproject", "--image")
    from reproject import reproject_interp

    factor = subdivision(wcs, image_wcs)
    shape = frame[0] * factor, frame[1] * factor
    fine = reproject_interp((image, image_wcs), subdivided(wcs, factor), shape_out=shape, return_footprint=False)
    return np.asarray(fine, np.float32)
