"""The GIST pipeline and its successor nGIST: the table of spaxels and bins, and the mask.

Bittner et al. (2019), A&A 628, A117, and Fraser-McKelvie et al. (2025), A&A 700, A237; <RUN_ID>_table.fits
and <RUN_ID>_mask.fits are what their modules spatialBinning and spatialMasking write and the later ones read.
"""

from functools import reduce
from operator import or_
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.wcs.utils import proj_plane_pixel_scales
from scipy import ndimage

from cubeclust.class_map import ClassMap
from cubeclust.classes.classification import Classification
from cubeclust.io.celestial import cd_header
from cubeclust.quality import OF_VELOCITY, Quality

_DEFUNCT = Quality.NO_DATA | Quality.FEW_CHANNELS | Quality.NOT_NORMALIZABLE
_FROM_FILE = reduce(or_, OF_VELOCITY.values(), Quality.CROPPED | Quality.MASKED | Quality.OTHER_CLASS)


def write_table(path: Path, classification: Classification, snr: np.ndarray) -> None:
    """Write the table of spaxels and bins, row by row of the image."""
    _table(classification.class_map, snr, classification.white_light.image).writeto(path)


def write_mask(path: Path, classification: Classification, snr: np.ndarray) -> None:
    """Write the mask, row by row of the image."""
    _mask(classification.class_map).writeto(path)


def _table(class_map: ClassMap, snr: np.ndarray, flux: np.ndarray) -> fits.HDUList:
    """Empty primary with PIXSIZE, TABLE and an empty image with the WCS.

    X and Y are arcsec along the image's columns and rows (spaxels without a WCS) from the spaxel at the center;
    FLUX is the mean over the channels read.
    """
    size = 1.0 if class_map.wcs is None else float(proj_plane_pixel_scales(class_map.wcs)[0] * 3600.0)
    y, x = (size * (index - length // 2) for index, length in zip(np.indices(flux.shape), flux.shape, strict=True))
    bins = bin_numbers(class_map)
    of_bins = np.array([_bin(bins == number, x, y, flux, snr) for number in range(bins.max() + 1)])
    # -1 means "outside" even where there is but one bin.
    x_bin, y_bin, snr_bin, count = of_bins[np.minimum(np.abs(bins), len(of_bins) - 1)].transpose(2, 0, 1)
    columns = {
        "ID": ("J", np.arange(bins.size)),
        "BIN_ID": ("J", bins),
        "X": ("D", x),
        "Y": ("D", y),
        "FLUX": ("D", flux),
        "SNR": ("D", snr),
        "XBIN": ("D", x_bin),
        "YBIN": ("D", y_bin),
        "SNRBIN": ("D", snr_bin),
        "NSPAX": ("J", count),
        "CLASS": ("J", class_map.classes),
    }
    primary = fits.PrimaryHDU()
    primary.header["PIXSIZE"] = size
    return fits.HDUList([primary, _columns("TABLE", columns), fits.ImageHDU(header=cd_header(class_map.wcs))])


def bin_numbers(class_map: ClassMap) -> np.ndarray:
    """BIN_ID (NY, NX): class - 1, and outside the classes the negative of a bin close by.

    GIST takes BIN_ID < 0 as outside and |BIN_ID| as the bin nearest. It writes 0 beside bin 0, which reads as
    inside; here the nearest spaxel of another bin stands for it. GIST expects every number up to the largest: where
    a class has no spaxels, as of a model applied elsewhere, the classes after it move up, and the column CLASS
    keeps their numbers.
    """
    rank = np.append(0, np.cumsum(class_map.counts() > 0))  # class -> its rank among those present, from 1
    classes = rank[class_map.classes].astype(np.int32)
    near_y, near_x = ndimage.distance_transform_edt(classes < 2, return_distances=False, return_indices=True)
    return np.where(classes > 0, classes - 1, -np.maximum(classes[near_y, near_x] - 1, 1))


def _bin(inside: np.ndarray, x: np.ndarray, y: np.ndarray, flux: np.ndarray, snr: np.ndarray) -> tuple[float, ...]:
    """Mean position, signal to noise of the sum (noise independent, as in GIST's sn_func) and number of spaxels."""
    known = inside & np.isfinite(flux) & (snr > 0)
    signal = flux[known].sum(dtype=np.float64)
    noise = np.sqrt(np.square(flux[known] / snr[known], dtype=np.float64).sum())
    ratio = signal / noise if noise else np.nan
    return float(x[inside].mean()), float(y[inside].mean()), float(ratio), float(np.count_nonzero(inside))


def _mask(class_map: ClassMap) -> fits.HDUList:
    """MASKFILE, the table that the pipeline reads, and the same as an image to look at: 0 = good, 1 = masked."""
    masked = class_map.classes == 0
    reasons = {
        "MASK": masked,
        "MASK_DEFUNCT": class_map.quality & _DEFUNCT != 0,
        "MASK_SNR": class_map.quality & Quality.LOW_SNR != 0,
        "MASK_FILE": class_map.quality & _FROM_FILE != 0,
    }
    table = _columns("MASKFILE", {name: ("I", values) for name, values in reasons.items()})
    table.header.add_comment("0 = unmasked, 1 = masked")
    image = fits.ImageHDU(masked.astype(np.uint8), cd_header(class_map.wcs), name="MASK")
    return fits.HDUList([fits.PrimaryHDU(), table, image])


def _columns(name: str, columns: dict[str, tuple[str, np.ndarray]]) -> fits.BinTableHDU:
    """Binary table of images: name -> FITS format and values (NY, NX)."""
    return fits.BinTableHDU.from_columns(
        [fits.Column(name=key, format=form, array=values.ravel()) for key, (form, values) in columns.items()], name=name
    )
