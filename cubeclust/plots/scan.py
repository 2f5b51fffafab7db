"""A criterion against the number of clusters."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cubeclust.classes.colors import class_colors
from cubeclust.model_selection.candidate import Candidate
from cubeclust.model_selection.choice import CRITERIA, INFORMATION, Choice
from cubeclust.plots.figure import new_figure, save

_MARKERS = "osD^v<>PX"  # of the models, by color
_STYLES = ("-", "--")  # of two models with one color, as with a noise of each class and with one of all
_TOP = 0.1  # share of the range of a criterion that is shown by itself

Value = Callable[[Candidate], float | None]


def plot_scan(path: Path, table: Sequence[Candidate], choice: Choice, target: str) -> None:
    """Save the criterion by model, with its top apart, over stability and silhouette; gaps where there is no value."""
    panels = _panels(table, choice.criterion)
    figure = new_figure(9, 3 + 1.6 * len(panels))
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=[2.5] + [1] * (len(panels) - 1))
    for panel, (label, value) in zip(axes[:, 0], panels, strict=True):
        _lines(panel, table, value, choice)
        panel.set_ylabel(label)
    if choice.criterion in INFORMATION:
        _show_top(axes[1, 0], table, panels[1][1], choice.value)
    axes[-1, 0].set_xlabel("number of clusters")
    axes[-1, 0].xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside right upper")
    figure.align_ylabels(axes[:, 0])
    figure.suptitle(f"{target}: {choice.candidate.name}", parse_math=False)
    save(figure, path)


def _panels(table: Sequence[Candidate], criterion: str) -> list[tuple[str, Value]]:
    """Label and value of each panel; those that no candidate has a value of are left out."""
    label, value = CRITERIA[criterion].label, CRITERIA[criterion].of
    panels: list[tuple[str, Value]] = [(label, value)]
    if criterion in INFORMATION:
        panels += [(f"{label},\nits top", value), ("stability\n(ARI of seeds)", lambda candidate: candidate.stability)]
    panels.append(
        ("silhouette\n(not ranked by)", lambda candidate: None if candidate.best is None else candidate.best.silhouette)
    )
    return [(label, value) for label, value in panels if any(value(candidate) is not None for candidate in table)]


def _lines(axes: Axes, table: Sequence[Candidate], value: Value, choice: Choice) -> None:
    """Values of each model against its numbers of clusters, the chosen one ringed."""
    numbers = sorted({candidate.n_clusters for candidate in table})
    models = list(dict.fromkeys(candidate.model for candidate in table))
    colors = class_colors(-(-len(models) // len(_STYLES)))
    for index, model in enumerate(models):
        hue, style = divmod(index, len(_STYLES))
        known = {candidate.n_clusters: value(candidate) for candidate in table if candidate.model == model}
        values = [np.nan if (one := known.get(number)) is None else one for number in numbers]
        marker = _MARKERS[hue % len(_MARKERS)]
        axes.plot(numbers, values, _STYLES[style], color=colors[hue], marker=marker, ms=4, lw=1, label=model or "fits")
    chosen = value(choice.candidate)
    if chosen is not None:
        axes.plot(choice.candidate.n_clusters, chosen, "o", ms=13, mfc="none", mec="black", mew=1.5, label="chosen")


def _show_top(axes: Axes, table: Sequence[Candidate], value: Value, best: float) -> None:
    """Limit an axis to the largest values."""
    values = [one for candidate in table if (one := value(candidate)) is not None]
    height = _TOP * (best - min(values))
    if height:
        axes.set_ylim(best - height, best + 0.15 * height)
