"""The history of a fit."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cubeclust.clustering import Clustering
from cubeclust.plots.figure import new_figure, save

_NAMES = {  # name in the history -> axis, where underscores for spaces do not make one
    "gemini": "GEMINI",
    "used_clusters": "clusters\nused",
    "relabeled": "relabeled in\nlast fifth",
    "marginal_error": "marginal\nerror",
    "sinkhorn_steps": "Sinkhorn\nsteps",
}
_MANY = 100  # iterations from which their axis is logarithmic
_WIDE = 100  # largest over smallest value from which that of values is


def plot_convergence(path: Path, clustering: Clustering, title: str, ending: str) -> None:
    """Save the history of a clustering: the objective with its last half apart, below it all else that was watched.

    ending states how the iterations ended.
    """
    objective, *watched = clustering.history
    figure = new_figure(7.5, 3.6 + 1.2 * len(watched))
    panels = figure.subplots(1 + len(watched), 1, sharex=True, squeeze=False, height_ratios=[3] + [1] * len(watched))
    for axes, name in zip(panels[:, 0], (objective, *watched), strict=True):
        values = clustering.history[name]
        done = _iterations(clustering, values)
        axes.plot(done, values, color="black", lw=1, drawstyle="steps-post" if _counts(values) else "default")
        axes.set_ylabel(_NAMES.get(name, name.replace("_", " ")))
        _scale(axes, values)
    done = _iterations(clustering, clustering.history[objective])
    _inset(panels[0, 0], done, clustering.history[objective])
    panels[-1, 0].set_xlabel("iterations done")
    if done[-1] >= _MANY:
        panels[-1, 0].set_xscale("log")
        panels[-1, 0].set_xlim(1, done[-1])
    else:
        panels[-1, 0].xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.align_ylabels(panels[:, 0])
    figure.suptitle(f"{title}\n{ending}", parse_math=False)
    save(figure, path)


def _iterations(clustering: Clustering, values: np.ndarray) -> np.ndarray:
    """Iterations done at each value, of which the last is that at the end."""
    return np.arange(len(values)) + (clustering.iterations or 0) + 1 - len(values)


def _counts(values: np.ndarray) -> bool:
    return bool(np.all(values == np.round(values)))


def _scale(axes: Axes, values: np.ndarray) -> None:
    """Whole numbers for counts; decades for shares and errors that span them, zero at the foot."""
    positive = values[values > 0]
    if _counts(values):
        axes.set_ylim(0, 1.15 * max(values.max(), 1))
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 5, 10]))
    elif values.min() >= 0 and positive.max() > _WIDE * positive.min():
        decades = np.arange(np.floor(np.log10(positive.min())), np.ceil(np.log10(positive.max())) + 1)
        axes.set_yscale("symlog", linthresh=10 ** decades[0], linscale=0.5)
        axes.set_ylim(0, 10 ** decades[-1])
        axes.set_yticks([0, *10 ** decades[:: -(-len(decades) // 4)]])


def _inset(axes: Axes, done: np.ndarray, values: np.ndarray) -> None:
    """Show the last half of the iterations by itself, in the corner that the curve leaves free."""
    half = slice(len(values) // 2, None)
    rising = values[-1] >= values[0]
    inset = axes.inset_axes((0.56, 0.16 if rising else 0.46, 0.4, 0.4))
    inset.plot(done[half], values[half], color="black", lw=1)
    inset.set_title("the last half", fontsize="small")
    inset.tick_params(labelsize="small")
    inset.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    inset.yaxis.set_major_locator(MaxNLocator(3))
