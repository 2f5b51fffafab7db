"""From a class map file to its figures again, over another image on demand."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cubeclust.classes.classification import Classification
from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.atomic import claim_files, os_errors_explained, written_aside
from cubeclust.io.maps.read import read_class_map
from cubeclust.io.maps.sky_images import read_sky_image
from cubeclust.pipelines.products import CLASS_FIGURES

if TYPE_CHECKING:
    from cubeclust.plots.overlay import Background

Draw = Callable[[Path, Classification], None]


def redraw(
    path: Path,
    *,
    image: Path | None = None,
    image_hdu: str | None = None,
    contours: bool = False,
    output: Path | None = None,
    overwrite: bool = False,
) -> Path:
    """Draw the figures of a class map, or only its overlay if an image or contours are asked for; the overlay's path.

    image is laid under the classes in place of the map's white light; output None is the map's directory.

    Raises:
        InputError: no class map, an image that cannot be laid under it, figures that exist.
    """
    classification = read_class_map(path)
    under = None if image is None else _background(path, classification, image, image_hdu)
    figures = _figures(under, contours)
    stem = fits_files.stem(path).removesuffix("_classmap")
    files = [(path.parent if output is None else output) / f"{stem}_{ending}" for ending in figures]
    claim_files(files[0].parent, files, overwrite=overwrite)
    with (
        os_errors_explained(
            f"{files[0].parent}: the figures cannot be written", "free disk space or choose another --output"
        ),
        written_aside(*files) as aside,
    ):
        for draw, figure in zip(figures.values(), aside, strict=True):
            draw(figure, classification)
    return files[0]


def _figures(under: "Background | None", contours: bool) -> dict[str, Draw]:
    """What draws each figure, by the ending of its name, which states what the overlay shows; the overlay is first."""
    from cubeclust.plots.overlay import plot_overlay

    if under is None and not contours:
        return {ending: figure.draw for ending, figure in CLASS_FIGURES.items()}
    kind, over = "contours" if contours else "overlay", "" if under is None else f"_{under.name}"
    return {f"{kind}{over}.png": partial(plot_overlay, background=under, contours=contours)}


def _background(path: Path, classification: Classification, image: Path, image_hdu: str | None) -> "Background":
    """The image on the frame of the map, cut finer where it is sharper."""
    from cubeclust.plots.background import background
    from cubeclust.plots.overlay import Background

    wcs, frame = classification.class_map.wcs, classification.class_map.classes.shape
    if wcs is None:
        raise InputError(f"{path}: has no celestial WCS, so that no image can be laid under it; leave out --image.")
    read = read_sky_image(image, image_hdu, wcs, frame)
    light = background(read.data, read.wcs, wcs, frame)
    if not np.isfinite(light).any():
        raise InputError(f"{image}: has no pixel on the sky of {path.name}; give an image that overlaps the class map.")
    return Background(light, fits_files.stem(image))
