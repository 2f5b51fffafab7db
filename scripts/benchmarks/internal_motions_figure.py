"""Class maps of a simulated galaxy, as observed and brought to rest, beside its true classes and velocities."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from scipy.optimize import linear_sum_assignment
from sklearn.metrics.cluster import contingency_matrix

from benchmarks.moving_sky import Truth
from cubeclust.classes.colors import UNCLASSIFIED, class_colors

_COLUMNS = {"none": "as observed", "measured": "at rest"}
_FASTEST = 250.0  # km/s at the ends of the color scale


def draw(path: Path, truth: Truth, maps: Mapping[tuple[str, str], np.ndarray], methods: list[str]) -> None:
    """Write the PNG: a row for each of two methods, maps (NY, NX) by method and velocities."""
    figure = Figure(figsize=(9, 6.6), layout="constrained")
    axes = figure.subplots(2, 3)
    _show_classes(axes[0, 0], np.where(truth.compared, truth.classes, 0), len(truth.names), "true classes")
    _show_velocity(axes[1, 0], truth)
    for row, method in zip(axes, methods, strict=True):
        for panel, (velocities, words) in zip(row[1:], _COLUMNS.items(), strict=True):
            classes = matched(maps[method, velocities], truth.classes)
            _show_classes(panel, classes, len(truth.names), f"{method}, {words}")
    colors = class_colors(len(truth.names))
    patches = [Patch(color=color, label=name) for color, name in zip(colors, truth.names, strict=True)]
    figure.legend(handles=patches, loc="outside lower center", ncols=6, frameon=False, fontsize=8)
    figure.savefig(path, dpi=110)


def matched(classes: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Classes (NY, NX) under the numbers of the true classes that they share the most spaxels with, one to one.

    Classes left over take the numbers that follow; 0 stays 0.
    """
    shown = classes > 0
    numbers, names = np.unique(classes[shown]), np.unique(truth[shown])
    rows, columns = linear_sum_assignment(contingency_matrix(classes[shown], truth[shown]), maximize=True)
    partner = dict(zip(numbers[rows], names[columns], strict=True))
    left = (number for number in range(1, len(numbers) + len(names) + 1) if number not in partner.values())
    renumbered = np.zeros_like(classes)
    for number in numbers:
        renumbered[classes == number] = partner[number] if number in partner else next(left)
    return renumbered


def _show_classes(axes: Axes, classes: np.ndarray, n_classes: int, title: str) -> None:
    count = max(n_classes, int(classes.max()))
    colors = ListedColormap([UNCLASSIFIED, *class_colors(count)])
    axes.imshow(classes, cmap=colors, norm=BoundaryNorm(np.arange(-0.5, count + 1), count + 1), origin="lower")
    _dress(axes, title)


def _show_velocity(axes: Axes, truth: Truth) -> None:
    velocity = np.where(truth.compared, truth.velocity, np.nan)
    colors = matplotlib.colormaps["RdBu_r"].with_extremes(bad=UNCLASSIFIED)
    image = axes.imshow(velocity, cmap=colors, vmin=-_FASTEST, vmax=_FASTEST, origin="lower")
    axes.figure.colorbar(image, ax=axes, location="bottom", shrink=0.8, label="km/s", extend="both")
    _dress(axes, "true velocities")


def _dress(axes: Axes, title: str) -> None:
    axes.set_title(title, fontsize=10)
    axes.set_xticks([])
    axes.set_yticks([])
