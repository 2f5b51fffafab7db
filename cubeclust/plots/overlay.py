"""Classes over the white-light image."""

from pathlib import Path

import numpy as np
from astropy.visualization import AsinhStretch, ImageNormalize, PercentileInterval
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from cubeclust.class_map import ClassMap
from cubeclust.class_table import ClassRow
from cubeclust.plots.figure import new_figure, save
from cubeclust.quality import Quality

_OPACITY = 0.7  # of a class color over the image
_ROWS_OF_LEGEND = 26
_MOST = 100  # classes in the legend
_STRIPE, _CROPPED, _LEFT_OUT = (0.55, 0.55, 0.55), (0.82, 0.82, 0.82), (1.0, 1.0, 1.0)


def plot_overlay(path: Path, class_map: ClassMap, rows: list[ClassRow], white_light: np.ndarray, title: str) -> None:
    """Save the overlay: image (NY, NX), class colors, striped where left out, legend, scale bar, compass."""
    ny, nx = class_map.classes.shape
    columns = 1 + (min(len(rows), _MOST) + 2) // _ROWS_OF_LEGEND
    figure = new_figure(6.0 * min(2.0, max(0.6, nx / ny)) + 1.0 + 1.8 * columns, 6.6)
    axes = figure.add_subplot(projection=class_map.wcs)
    axes.imshow(_composite(class_map, rows, white_light), origin="lower", interpolation="nearest")
    axes.set_title(title, parse_math=False)
    figure.legend(
        handles=_legend(class_map, rows),
        title="class (spaxels)",
        loc="outside right upper",
        ncols=columns,
        frameon=False,
    )
    if class_map.wcs is None:
        axes.set(xlabel="x (spaxels)", ylabel="y (spaxels)")
    else:
        _label_sky(axes, class_map.wcs)
        _scale_bar(axes, class_map.wcs)
        _compass(axes, class_map.wcs)
    save(figure, path)


def _cropped(class_map: ClassMap) -> np.ndarray:
    return class_map.quality & Quality.CROPPED != 0


def _left_out(class_map: ClassMap) -> np.ndarray:
    return (class_map.quality != 0) & ~_cropped(class_map)


def _composite(class_map: ClassMap, rows: list[ClassRow], white_light: np.ndarray) -> np.ndarray:
    """Gray image with the class colors laid over it, striped where there is no class: (NY, NX, 3)."""
    stretch = ImageNormalize(
        white_light[np.isfinite(white_light)],
        interval=PercentileInterval(99.0),
        stretch=AsinhStretch(0.2),
        clip=True,
    )
    gray = np.asarray(stretch(np.nan_to_num(white_light)), float)
    picture = np.repeat(gray[..., None], 3, axis=2)
    for row in rows:
        inside = class_map.classes == row.number
        picture[inside] = (1 - _OPACITY) * picture[inside] + _OPACITY * np.array(to_rgb(row.color))
    y, x = np.indices(class_map.classes.shape)
    for where, color, stripes in (
        (_cropped(class_map), _CROPPED, (x + y) % 4 == 0),
        (_left_out(class_map), _LEFT_OUT, (x - y) % 3 == 0),
    ):
        picture[where] = color
        picture[where & stripes] = _STRIPE
    return picture


def _legend(class_map: ClassMap, rows: list[ClassRow]) -> list[Patch]:
    patches = [Patch(color=row.color, label=f"{row.number}  ({row.n_spaxels})") for row in rows[:_MOST]]
    if len(rows) > _MOST:
        patches.append(Patch(facecolor="none", label=f"and {len(rows) - _MOST} more"))
    for where, color, hatch, name in (
        (_cropped(class_map), _CROPPED, "////", "cropped"),
        (_left_out(class_map), _LEFT_OUT, "\\\\\\\\", "left out"),
    ):
        if where.any():
            label = f"{name}  ({np.count_nonzero(where)})"
            patches.append(Patch(facecolor=color, edgecolor=_STRIPE, hatch=hatch, label=label))
    return patches


def _label_sky(axes: Axes, wcs: WCS) -> None:
    """Name both axes as the WCS has them: RA and DEC, or GLON and GLAT, in either order."""
    for place, kind, rotation in ((wcs.wcs.lng, wcs.wcs.lngtyp, None), (wcs.wcs.lat, wcs.wcs.lattyp, "vertical")):
        axis = axes.coords[place]  # type: ignore[attr-defined]
        axis.set_axislabel(f"{kind.strip()} ({wcs.wcs.radesys})" if wcs.wcs.radesys else kind.strip())
        axis.set_ticklabel(rotation=rotation, exclude_overlapping=True)


def _scale_bar(axes: Axes, wcs: WCS) -> None:
    """Bar of a round number of arcseconds, about a quarter of the width."""
    nx, scale = _size(axes)[0], proj_plane_pixel_scales(wcs)[0] * 3600.0
    steps = [factor * 10.0**power for power in range(-2, 4) for factor in (1, 2, 5)]
    length = min(steps, key=lambda step: abs(np.log(step / (nx * scale / 4))))
    right, bottom = 0.95, 0.05
    left = right - length / scale / nx
    axes.plot([left, right], [bottom, bottom], color="black", lw=5, transform=axes.transAxes, solid_capstyle="butt")
    axes.plot([left, right], [bottom, bottom], color="white", lw=3, transform=axes.transAxes, solid_capstyle="butt")
    _write(axes, (left + right) / 2, bottom + 0.02, f'{length:g}"', va="bottom")


def _size(axes: Axes) -> np.ndarray:
    """Width and height of the image in spaxels."""
    return np.ravel([np.diff(axes.get_xlim()), np.diff(axes.get_ylim())])


def compass(wcs: WCS, size: np.ndarray) -> dict[str, np.ndarray]:
    """Directions of east and north as steps in axes fractions, equally long on an image of `size` spaxels."""
    to_pixels = np.linalg.inv(wcs.pixel_scale_matrix)
    pixels = {"E": to_pixels[:, wcs.wcs.lng], "N": to_pixels[:, wcs.wcs.lat]}
    return {name: vector / np.hypot(*vector) * size.min() / size for name, vector in pixels.items()}


def _compass(axes: Axes, wcs: WCS) -> None:
    """Arrows to north and east near the lower left corner."""
    steps = compass(wcs, _size(axes))
    low = np.min([np.zeros(2), *steps.values()], axis=0)
    start = np.array([0.06, 0.06]) - 0.12 * low
    for name, vector in steps.items():
        axes.annotate(
            "",
            start + 0.12 * vector,
            start,
            xycoords="axes fraction",
            textcoords="axes fraction",
            arrowprops={"arrowstyle": "-|>", "color": "white", "ec": "black", "lw": 1.2, "mutation_scale": 16},
        )
        x, y = start + 0.15 * vector
        _write(axes, x, y, name, va="center")


def _write(axes: Axes, x: float, y: float, text: str, va: str) -> None:
    """White text with a black rim, readable on any color."""
    axes.text(
        x, y, text, ha="center", va=va, color="white", weight="bold", transform=axes.transAxes,
        path_effects=[withStroke(linewidth=2.5, foreground="black")],
    )  # fmt: skip
