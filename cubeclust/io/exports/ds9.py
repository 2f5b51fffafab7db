"""SAOImage DS9: a color map of the classes and a label on each of them."""

from math import ceil
from pathlib import Path

import numpy as np
from scipy import ndimage

from cubeclust.classes.classification import Classification
from cubeclust.classes.colors import UNCLASSIFIED


def write_colors(path: Path, classification: Classification, snr: np.ndarray) -> None:
    """Write the color map, a .lut file with a line for each of the classes 0..K."""
    path.write_text("".join(_lut_line(color) for color in (UNCLASSIFIED, *(row.color for row in classification.rows))))


def write_labels(path: Path, classification: Classification, snr: np.ndarray) -> None:
    """Write the labels, a .reg file."""
    path.write_text(_regions(classification))


def _lut_line(color: str) -> str:
    """Red, green and blue in 0..1.

    DS9 divides its color bar evenly among the lines of a .lut file, so that K + 1 lines give the classes 0..K their
    colors under the scale limits 0 and K, and cuts 255 * value down to an integer (tksao/colorbar/lut.C).
    """
    levels = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return " ".join(f"{ceil(level / 255 * 1e6) / 1e6:.6f}" for level in levels) + "\n"


def _regions(classification: Classification) -> str:
    """DS9 region file: the number of each class as text in its color, ICRS or, without a WCS, image pixels from 1.

    A class without spaxels, as a model applied elsewhere may have, has no label.
    """
    class_map, rows = classification.class_map, [row for row in classification.rows if row.n_spaxels]
    spaxels = np.array([label_spaxel(class_map.classes == row.number) for row in rows])
    if class_map.wcs is None:
        frame, positions = "image", [f"{x + 1},{y + 1}" for y, x in spaxels]
    else:
        sky = class_map.wcs.pixel_to_world(spaxels[:, 1], spaxels[:, 0]).icrs
        frame = "icrs"
        positions = [f"{ra:.8f},{dec:.8f}" for ra, dec in zip(sky.ra.deg, sky.dec.deg, strict=True)]
    lines = ["# Region file format: DS9 version 4.1", frame]
    for row, position in zip(rows, positions, strict=True):
        lines.append(f'text({position}) # color={row.color} font="helvetica 14 bold roman" text={{{row.number}}}')
    return "\n".join(lines) + "\n"


def label_spaxel(inside: np.ndarray) -> tuple[int, int]:
    """Spaxel (y, x) farthest from the border of the largest connected area of a class (NY, NX) bool."""
    areas, _ = ndimage.label(inside)
    largest = areas == 1 + np.argmax(np.bincount(areas[inside])[1:])
    depth = ndimage.distance_transform_edt(np.pad(largest, 1))[1:-1, 1:-1]
    y, x = np.unravel_index(np.argmax(depth), inside.shape)
    return int(y), int(x)
