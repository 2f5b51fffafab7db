"""Images of the sky from other instruments."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.wcs import WCS

from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.celestial import astropy_celestial

_MARGIN = 2  # pixels around the part needed, for interpolation


@dataclass(frozen=True)
class SkyImage:
    """Part of an image (ny, nx) float32 with its celestial WCS."""

    data: np.ndarray
    wcs: WCS


def read_sky_image(path: Path, name: str | None, wcs: WCS, frame: tuple[int, int]) -> SkyImage:
    """Read the part of a FITS image that lies under a frame (NY, NX) with the WCS `wcs`.

    name is the image's HDU, None for the first 2-D one.

    Raises:
        InputError: no such image, or no celestial WCS.
    """
    with fits_files.open_hdus(path) as hdus, fits_files.damage_reported(path):
        images = fits_files.image_hdus(hdus, 2)
        if not images:
            raise InputError(f"{path}: holds no 2-D image; --image takes a FITS image with a celestial WCS.")
        chosen = next(iter(images)) if name is None else name.upper()
        if chosen not in images:
            raise InputError(f"{path}: no 2-D image is called {name!r}; --image-hdu takes one of {', '.join(images)}.")
        own = astropy_celestial(images[chosen].header)
        if own is None:
            raise InputError(f"{path}: {chosen} has no celestial WCS; --image takes an image with one.")
        part = _part_under(own, images[chosen].shape, wcs, frame)
        data = np.asarray(images[chosen].section[part], np.float32)
    return SkyImage(data, own[part])


def _part_under(own: WCS, shape: tuple[int, int], wcs: WCS, frame: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of an image that the border of a frame encloses; one pixel where they do not meet."""
    ny, nx = frame
    x, y = np.arange(nx + 1) - 0.5, np.arange(ny + 1) - 0.5
    border_x = np.concatenate([x, x, np.full(ny + 1, -0.5), np.full(ny + 1, nx - 0.5)])
    border_y = np.concatenate([np.full(nx + 1, -0.5), np.full(nx + 1, ny - 0.5), y, y])
    pixels = np.array(own.world_to_pixel(wcs.pixel_to_world(border_x, border_y)))
    pixels = pixels[:, np.isfinite(pixels).all(axis=0)]
    if not pixels.size:
        return slice(0, 1), slice(0, 1)
    size = np.array(shape[::-1])
    low = np.clip(pixels.min(axis=1) - _MARGIN, 0, size - 1).astype(int)
    high = np.clip(pixels.max(axis=1) + 1 + _MARGIN, low + 1, size).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])
