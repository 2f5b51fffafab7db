"""Axes that lie on the sky: their names, a scale bar, a compass."""

import numpy as np
from astropy import units
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke


def label_axes(axes: Axes, wcs: WCS | None) -> None:
    """Name both axes as the WCS has them: RA and DEC, or GLON and GLAT, in either order; x and y without one."""
    if wcs is None:
        axes.set(xlabel="x (spaxels)", ylabel="y (spaxels)")
        return
    for index, kind, rotation in ((wcs.wcs.lng, wcs.wcs.lngtyp, None), (wcs.wcs.lat, wcs.wcs.lattyp, "vertical")):
        axis = axes.coords[index]  # type: ignore[attr-defined]
        axis.set_axislabel(f"{kind.strip()} ({wcs.wcs.radesys})" if wcs.wcs.radesys else kind.strip())
        axis.set_ticklabel(rotation=rotation, exclude_overlapping=True)


def draw_scale_bar(axes: Axes, wcs: WCS) -> None:
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
    """Width and height of the image in pixels."""
    return np.ravel([np.diff(axes.get_xlim()), np.diff(axes.get_ylim())])


def compass(wcs: WCS, size: np.ndarray) -> dict[str, np.ndarray]:
    """Directions of east and north at the center as steps in axes fractions, equally long on `size` pixels."""
    center = (size - 1) / 2
    here, step = wcs.pixel_to_world(*center), 0.1 * proj_plane_pixel_scales(wcs)[0] * units.deg
    steps = {}
    for name, angle in (("E", 90 * units.deg), ("N", 0 * units.deg)):
        vector = np.array(wcs.world_to_pixel(here.directional_offset_by(angle, step))) - center
        steps[name] = vector / np.hypot(*vector) * size.min() / size
    return steps


def draw_compass(axes: Axes, wcs: WCS) -> None:
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
