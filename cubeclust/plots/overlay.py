"""Classes over the white-light image, or over another one."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.visualization import AsinhStretch, ImageNormalize, PercentileInterval
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from cubeclust.class_map import ClassMap
from cubeclust.classes.classification import Classification
from cubeclust.plots.background import subdivided
from cubeclust.plots.boundaries import outline
from cubeclust.plots.figure import new_figure, save
from cubeclust.plots.sky_axes import draw_compass, draw_scale_bar, label_axes
from cubeclust.quality import Quality

_OPACITY = 0.7  # of a class color over the image
_LIGHTENED = 0.6  # darkness of the brightest pixel under boundaries, which have colors that are made for white paper
_ROWS_OF_LEGEND = 26
_MOST = 100  # classes in the legend
_STRIPE, _CROPPED, _LEFT_OUT = (0.55, 0.55, 0.55), (0.82, 0.82, 0.82), (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Background:
    """The image under the classes: (NY * f, NX * f) for a whole number f of pixels per side of a spaxel, NaN unknown.

    name is what the title calls it, "" for the white light.
    """

    image: np.ndarray
    name: str = ""


def plot_overlay(
    path: Path, classification: Classification, background: Background | None = None, *, contours: bool = False
) -> None:
    """Save the overlay: image, class colors, striped where left out, legend, scale bar, compass.

    background None is the white light. With contours only the boundaries of the classes are drawn, over the lightened
    negative of the image.
    """
    background = background or Background(classification.white_light.image)
    class_map, image = classification.class_map, background.image
    ny, nx = class_map.classes.shape
    factor = image.shape[0] // ny
    columns = 1 + (min(class_map.n_classes, _MOST) + 2) // _ROWS_OF_LEGEND
    figure = new_figure(6.0 * min(2.0, max(0.6, nx / ny)) + 1.0 + 1.8 * columns, 6.6)
    wcs = None if class_map.wcs is None else subdivided(class_map.wcs, factor)
    axes = figure.add_subplot(projection=wcs)
    if contours:
        axes.imshow(_negative(_gray(image)), origin="lower", interpolation="nearest")
        _draw_boundaries(axes, classification, factor)
    else:
        axes.imshow(_composite(classification, _gray(image)), origin="lower", interpolation="nearest")
    title = classification.origin.title
    axes.set_title(f"{title} over {background.name}" if background.name else title, parse_math=False)
    patches = _legend(classification, contours)
    figure.legend(handles=patches, title="class (spaxels)", loc="outside right upper", ncols=columns, frameon=False)
    label_axes(axes, wcs)
    if wcs is not None:
        draw_scale_bar(axes, wcs)
        draw_compass(axes, wcs)
    save(figure, path, dots=float(np.clip(max(image.shape) / 5.0, 150, 600)))


def _cropped(class_map: ClassMap) -> np.ndarray:
    return class_map.quality & Quality.CROPPED != 0


def _outside_class(class_map: ClassMap) -> np.ndarray:
    return class_map.quality & Quality.OTHER_CLASS != 0


def _left_out(class_map: ClassMap) -> np.ndarray:
    return (class_map.quality != 0) & ~_cropped(class_map) & ~_outside_class(class_map)


def _gray(image: np.ndarray) -> np.ndarray:
    """Stretched image (ny, nx) from 0, black, to 1, white; NaN where unknown."""
    known = np.isfinite(image)
    if not known.any():
        return np.full(image.shape, np.nan, np.float32)
    stretch = ImageNormalize(
        image[known],
        interval=PercentileInterval(99.0),
        stretch=AsinhStretch(0.2),
        clip=True,
    )
    return np.where(known, np.asarray(stretch(np.where(known, image, 0)), np.float32), np.float32("nan"))


def _negative(gray: np.ndarray) -> np.ndarray:
    """Light negative (ny, nx, 3), white where unknown."""
    return np.nan_to_num(1 - _LIGHTENED * gray, nan=1.0)[..., None].repeat(3, axis=2)


def _composite(classification: Classification, gray: np.ndarray) -> np.ndarray:
    """Gray image (NY * f, NX * f) with the class colors laid over it: (..., 3).

    Striped where there is no class; bare outside the class that is clustered again.
    """
    class_map = classification.class_map
    color = np.zeros((*class_map.classes.shape, 3), np.float32)
    opacity = np.zeros(class_map.classes.shape, np.float32)
    for row in classification.rows:
        inside = class_map.classes == row.number
        color[inside], opacity[inside] = to_rgb(row.color), _OPACITY
    y, x = np.indices(class_map.classes.shape)
    for where, fill, stripes in (
        (_cropped(class_map), _CROPPED, (x - y) % 4 == 0),
        (_left_out(class_map), _LEFT_OUT, (x + y) % 3 == 0),
    ):
        color[where], opacity[where] = fill, 1.0
        color[where & stripes] = _STRIPE
    share = _cut(opacity[..., None], gray.shape)
    below = np.where(np.isfinite(gray)[..., None], gray[..., None], np.array(_CROPPED, np.float32))
    return (1 - share) * below + share * _cut(color, gray.shape)


def _cut(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Values of spaxels (NY, NX, n) for the parts that each is cut into."""
    factor = shape[0] // len(values)
    return values.repeat(factor, axis=0).repeat(factor, axis=1)


def _draw_boundaries(axes: Axes, classification: Classification, factor: int) -> None:
    """Outline each class in its color, thinner on large frames."""
    classes = classification.class_map.classes
    width = np.clip(90 / max(classes.shape), 0.5, 1.5)
    for row in classification.rows:
        lines = outline(classes == row.number, factor)
        style = {"colors": row.color, "linewidths": width, "capstyle": "projecting"}
        axes.add_collection(LineCollection(list(lines), **style), autolim=False)


def _legend(classification: Classification, contours: bool) -> list[Patch]:
    """Patch of each class, and of the spaxels without one by reason; with contours the latter are not drawn."""
    class_map, rows = classification.class_map, classification.rows
    patches = [
        Patch(edgecolor=row.color, facecolor=row.color, fill=not contours, label=f"{row.label}  ({row.n_spaxels})")
        for row in rows[:_MOST]
    ]
    if len(rows) > _MOST:
        patches.append(Patch(facecolor="none", label=f"and {len(rows) - _MOST} more"))
    for where, color, hatch, name in (
        (_cropped(class_map), _CROPPED, "////", "cropped"),
        (_left_out(class_map), _LEFT_OUT, "\\\\\\\\", "left out"),
    ):
        if where.any() and not contours:
            label = f"{name}  ({np.count_nonzero(where)})"
            patches.append(Patch(facecolor=color, edgecolor=_STRIPE, hatch=hatch, label=label))
    outside = np.count_nonzero(_outside_class(class_map))
    if outside:
        patches.append(Patch(facecolor=_STRIPE, label=f"outside the class  ({outside})"))
    return patches
