"""A criterion against the number of clusters."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cubeclust.palette import class_colors
from cubeclust.plots.figure import new_figure, save
from cubeclust.selection.choice import CRITERIA, Choice
from cubeclust.selection.entry import Entry

_MARKERS = "osD^v<>PXhd*"  # of the models in turn, beside their colors

Value = Callable[[Entry], float | None]


def plot_scan(path: Path, table: Sequence[Entry], choice: Choice, target: str) -> None:
    """Save the criterion by model over stability and silhouette; a gap where there is no value."""
    panels: dict[str, Value] = {CRITERIA[choice.criterion].label: CRITERIA[choice.criterion].of}
    panels |= {"stability\n(ARI of seeds)": lambda entry: entry.stability}
    panels |= {"silhouette\n(not ranked by)": lambda entry: None if entry.best is None else entry.best.silhouette}
    if choice.criterion == "stability":
        del panels["stability\n(ARI of seeds)"]
    panels = {label: value for label, value in panels.items() if any(value(entry) is not None for entry in table)}
    figure = new_figure(9, 4 + 1.6 * (len(panels) - 1))
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=[3] + [1] * (len(panels) - 1))[
        :, 0
    ]
    for place, (label, value) in zip(axes, panels.items(), strict=True):
        _lines(place, table, value, choice)
        place.set_ylabel(label)
    axes[-1].set_xlabel("number of clusters")
    axes[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right upper")
    figure.align_ylabels(axes)
    figure.suptitle(f"{target}: {choice.entry.name}", parse_math=False)
    save(figure, path)


def _lines(axes: Axes, table: Sequence[Entry], value: Value, choice: Choice) -> None:
    """Values of each model against its numbers of clusters, the chosen one ringed."""
    numbers = sorted({entry.n_clusters for entry in table})
    models = list(dict.fromkeys(entry.model for entry in table))
    for model, color, marker in zip(models, class_colors(len(models)), _MARKERS * len(models), strict=False):
        found = {entry.n_clusters: value(entry) for entry in table if entry.model == model}
        values = [np.nan if (one := found.get(number)) is None else one for number in numbers]
        axes.plot(numbers, values, color=color, marker=marker, ms=4, lw=1, label=model or "all fits")
    chosen = value(choice.entry)
    if chosen is not None:
        axes.plot(choice.entry.n_clusters, chosen, "o", ms=13, mfc="none", mec="black", mew=1.5, label="chosen")
