"""From a class map file to its figures again, over another image on demand."""

from pathlib import Path

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.atomic import claim_files, said_plainly, written_aside
from cubeclust.io.maps.read import StoredMap, read_class_map
from cubeclust.io.maps.sky_images import read_sky_image


def redraw(
    path: Path,
    *,
    image: Path | None = None,
    image_hdu: str | None = None,
    contours: bool = False,
    output: Path | None = None,
    overwrite: bool = False,
) -> Path:
    """Draw the overlay of a class map, and its spectra unless an image or contours are asked for; the overlay's path.

    image is laid under the classes in place of the map's white light; output None is the map's directory.

    Raises:
        InputError: no class map, an image that cannot be laid under it, figures that exist.
    """
    stored = read_class_map(path)
    light = stored.white_light.image if image is None else _background(path, stored, image, image_hdu)
    output = path.parent if output is None else output
    files = _figures(output, fits_files.stem(path).removesuffix("_classmap"), image, contours)
    claim_files(output, files, overwrite=overwrite)
    title = stored.origin.title if image is None else f"{stored.origin.title} over {fits_files.stem(image)}"
    with (
        said_plainly(f"{output}: the figures cannot be written", "make room or choose another --output"),
        written_aside(*files) as aside,
    ):
        _draw(aside, stored, light, title, contours)
    return files[0]


def _background(path: Path, stored: StoredMap, image: Path, image_hdu: str | None) -> np.ndarray:
    """The image on the frame of the map, cut finer where it is sharper."""
    from cubeclust.plots.background import background

    wcs, frame = stored.class_map.wcs, stored.class_map.classes.shape
    if wcs is None:
        raise InputError(f"{path}: has no celestial WCS, so that no image can be laid under it; leave out --image.")
    under = read_sky_image(image, image_hdu, wcs, frame)
    light = background(under.data, under.wcs, wcs, frame)
    if not np.isfinite(light).any():
        raise InputError(f"{image}: has no pixel on the sky of {path.name}; give an image that overlaps the class map.")
    return light


def _figures(output: Path, stem: str, image: Path | None, contours: bool) -> list[Path]:
    """The overlay under a name that says what it shows; beside the run's own overlay also the spectra."""
    kind = "contours" if contours else "overlay"
    over = "" if image is None else f"_{fits_files.stem(image)}"
    figures = [output / f"{stem}_{kind}{over}.png"]
    return figures if contours or image is not None else [*figures, output / f"{stem}_spectra.png"]


def _draw(aside: tuple[Path, ...], stored: StoredMap, light: np.ndarray, title: str, contours: bool) -> None:
    """Draw the overlay under the first name and, if there is a second one, the spectra."""
    from cubeclust.plots.class_spectra import plot_class_spectra
    from cubeclust.plots.overlay import plot_overlay

    overlay, *spectra = aside
    plot_overlay(overlay, stored.class_map, stored.rows, light, title, contours=contours)
    for figure in spectra:
        plot_class_spectra(figure, stored.rows, stored.spectra, stored.origin.title)
