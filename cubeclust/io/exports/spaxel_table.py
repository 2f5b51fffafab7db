"""A plain CSV table of the spaxels."""

from pathlib import Path

import numpy as np
from astropy.table import MaskedColumn, Table

from cubeclust.classes.classification import Classification

_FORMATS = {"ra": ".8f", "dec": ".8f", "max_posterior": ".6g", "snr": ".6g", "velocity": ".2f"}


def write_table(path: Path, classification: Classification, snr: np.ndarray) -> None:
    """Write one row for each spaxel of the frame, row by row of the image; what is unknown stays empty.

    x and y count from 0; ra and dec are ICRS degrees; class 0 is unclassified; quality holds the bits of QUALITY;
    velocity is in km/s about the systemic redshift.
    """
    class_map = classification.class_map
    y, x = (index.ravel() for index in np.indices(class_map.classes.shape))
    unknown = np.full(len(x), np.nan)
    ra, dec = unknown, unknown
    if class_map.wcs is not None:
        sky = class_map.wcs.pixel_to_world(x, y).icrs
        ra, dec = sky.ra.deg, sky.dec.deg
    table = Table({"x": x, "y": y, "ra": ra, "dec": dec, "class": class_map.classes.ravel()})
    table["max_posterior"] = class_map.max_posterior.ravel()
    table["snr"] = snr.ravel()
    motion = class_map.motion
    table["velocity"] = unknown if motion is None else motion.velocity.ravel()
    table["quality"] = class_map.quality.ravel()
    for name in _FORMATS:
        table[name] = MaskedColumn(table[name], mask=~np.isfinite(table[name]))
    table.write(path, format="ascii.csv", formats=_FORMATS)
