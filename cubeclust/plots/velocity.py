"""Velocities over the sky, their errors, and their flags."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, Normalize, PowerNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from scipy.ndimage import gaussian_filter

from cubeclust.classes.colors import UNCLASSIFIED, class_colors
from cubeclust.plots.figure import new_figure, save
from cubeclust.plots.sky_axes import draw_compass, draw_scale_bar, label_axes
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import VelocityFlag

# What matters most comes first: of several reasons the panel of flags shows this one.
_ORDER = (
    VelocityFlag.NO_VELOCITY,
    VelocityFlag.GUESS,
    VelocityFlag.AT_BOUND,
    VelocityFlag.FAR,
    VelocityFlag.FEW_LINES,
    VelocityFlag.LOW_SNR,
    VelocityFlag.UNCERTAIN,
    VelocityFlag.DISAGREEING,
    VelocityFlag.OUTLYING,
    VelocityFlag.PROFILE,
    VelocityFlag.BINNED,
)
_COLORS = dict(zip(_ORDER, (UNCLASSIFIED, *class_colors(10)), strict=True))
_GOOD = "#FFFFFF"
_GRAY, _STRIPE = 0.85, 0.55
_ISOPHOTES = (60, 80, 92, 98)  # percentiles of the white light


@dataclass(frozen=True)
class Subplot:
    """An image (NY, NX), NaN where unknown, its name with the unit, how it is colored, and where values lie beyond."""

    image: np.ndarray
    name: str
    colors: str
    norm: Normalize
    beyond: str = "max"


def plot_velocity(path: Path, field: VelocityField, white_light: np.ndarray | None, title: str) -> None:
    """Save the panels of a field and its flags side by side.

    The colors of the velocity are symmetric about the systemic one and reach 98 % of the good ones; striped spaxels are
    misleading. white_light (NY, NX) is drawn as isophotes over them.
    """
    ny, nx = field.velocity.shape
    shown = panels(field)
    rows = (len(shown) + 2) // 2
    width = 5.0 * min(1.6, max(0.6, nx / ny)) + 1.6
    figure = new_figure(2 * width + 2.4, 4.8 * rows + 0.8)
    figure.suptitle(f"{title}\nsystemic z = {field.systemic:.6f}", parse_math=False)
    grid = [figure.add_subplot(rows, 2, index, projection=field.wcs) for index in range(1, len(shown) + 2)]
    for axes, panel in zip(grid, shown, strict=False):
        axes.imshow(_stripes(field.misleading), origin="lower", interpolation="nearest")
        drawn = axes.imshow(panel.image, cmap=panel.colors, norm=panel.norm, origin="lower", interpolation="nearest")
        bar = axes.inset_axes((1.02, 0.0, 0.03, 1.0))
        figure.colorbar(drawn, cax=bar, label=panel.name, extend=panel.beyond)
    for axes in grid:
        label_axes(axes, field.wcs)
    _decorate(grid[0], field, white_light)
    _draw_flags(figure, grid[-1], field)
    save(figure, path, dots=float(np.clip(max(ny, nx) / 2.5, 120, 400)))


def panels(field: VelocityField) -> list[Subplot]:
    """Velocity and two of error, S/N and width of the lines that are known, without what misleads."""
    good = ~field.misleading
    velocity, error, snr, sigma = (
        np.where(good, image, np.nan) for image in (field.velocity, field.error, field.snr, field.sigma)
    )
    reach = _percentile(np.abs(velocity), 98)
    others = (
        Subplot(error, "error of the velocity (km/s)", "viridis", Normalize(0, _percentile(error, 98))),
        Subplot(snr, "S/N of the lines", "viridis", PowerNorm(0.5, 0, _percentile(snr, 98))),
        Subplot(sigma, "width of the lines, sigma (km/s)", "viridis", Normalize(0, _percentile(sigma, 98))),
    )
    known = [panel for panel in others if np.isfinite(panel.image).any()]
    return [
        Subplot(velocity, "velocity about the systemic (km/s)", "RdBu_r", Normalize(-reach, reach), "both"),
        *known[:2],
    ]


def main_reason(field: VelocityField) -> np.ndarray:
    """Number (NY, NX) of the flag that matters most, 1 for the first in order of importance, 0 where there is none.

    A flag that makes a velocity misleading matters more than one that does not.
    """
    reason = np.zeros(field.flag.shape, np.int16)
    for number, bit in sorted(enumerate(_ORDER, start=1), key=lambda item: (bool(item[1] & field.dropped), -item[0])):
        reason[field.flag & int(bit) != 0] = number
    return reason


def _decorate(axes: Axes, field: VelocityField, white_light: np.ndarray | None) -> None:
    """Isophotes, scale bar and compass, where they are known; there are no isophotes along a single row."""
    if white_light is not None and min(white_light.shape) > 1:
        _draw_isophotes(axes, white_light)
    if field.wcs is not None:
        draw_scale_bar(axes, field.wcs)
        draw_compass(axes, field.wcs)


def _percentile(values: np.ndarray, share: float) -> float:
    """Percentile of the finite values; 1 if there are none or it is not positive."""
    known = values[np.isfinite(values)]
    value = float(np.percentile(known, share)) if len(known) else 1.0
    return value if value > 0 else 1.0


def _stripes(where: np.ndarray) -> np.ndarray:
    """White picture (NY, NX, 3), striped gray where `where` (NY, NX) bool is True."""
    y, x = np.indices(where.shape)
    gray = np.where(where, np.where((x + y) % 3 == 0, _STRIPE, _GRAY), 1.0)
    return gray[..., None].repeat(3, axis=2)


def _draw_isophotes(axes: Axes, white_light: np.ndarray) -> None:
    smooth = gaussian_filter(np.nan_to_num(white_light), 1.0)
    levels = np.unique(np.percentile(smooth[np.isfinite(white_light)], _ISOPHOTES))
    axes.contour(smooth, levels=levels, colors="black", linewidths=0.6, alpha=0.7)


def _draw_flags(figure: Figure, axes: Axes, field: VelocityField) -> None:
    """Reason that matters most in each spaxel, with the number of spaxels of each."""
    reason = main_reason(field)
    colors = [_GOOD, *_COLORS.values()]
    axes.imshow(reason, cmap=ListedColormap(colors), norm=Normalize(-0.5, len(_ORDER) + 0.5), origin="lower",
                interpolation="nearest")  # fmt: skip
    names = ["no flag", *(_name(bit, field) for bit in _ORDER)]
    counts = np.bincount(reason.ravel(), minlength=len(names))
    patches = [
        Patch(facecolor=color, edgecolor="0.6", label=f"{name}  ({count})")
        for color, name, count in zip(colors, names, counts, strict=True)
        if count
    ]
    figure.legend(handles=patches, title="flag (spaxels)", loc="outside right lower", frameon=False)


def _name(bit: VelocityFlag, field: VelocityField) -> str:
    name = str(bit.name).lower().replace("_", " ").replace("snr", "S/N")
    return name if bit & field.dropped else f"{name}, kept"
