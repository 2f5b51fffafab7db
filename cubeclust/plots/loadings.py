"""The discriminative subspace: which wavelengths separate the classes, and where the spectra lie in it."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from cubeclust.classes.classification import Classification
from cubeclust.classes.table import ClassRow
from cubeclust.clustering import Clustering
from cubeclust.plots.figure import new_figure, save
from cubeclust.plots.wavelengths import segments, wavelength_label
from cubeclust.spectra import Spectra
from cubeclust.statistics.subspace import separation, structure

_MOST = 6  # directions shown
_POINTS = 2000  # of a class


def plot_loadings(path: Path, classification: Classification, clustering: Clustering, features: Spectra) -> None:
    """Save loadings and structure coefficients of the directions that separate most, and the spectra along them.

    clustering is of the features, in the order of the classes, and has loadings and an embedding.
    """
    labels = classification.class_map.labels(features)
    loadings, embedding = clustering.loadings, clustering.embedding
    assert loadings is not None
    assert embedding is not None
    shares = separation(embedding, labels)
    shown = np.argsort(-shares, kind="stable")[:_MOST]
    figure = new_figure(9.0, 5.6 + 1.15 * len(shown))
    upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=[0.5 + 1.15 * len(shown), 4.6])[:, 0]
    curves = (loadings[:, shown], structure(features, embedding[:, shown]))
    names = [f"direction {index + 1}: {shares[index]:.0%} of its variance between classes" for index in shown]
    _draw_spectra(upper, features, names, *curves)
    pairs = [shown[:2]] + ([shown[2:4] if len(shown) > 3 else shown[[0, 2]]] if len(shown) > 2 else [])
    panels = lower.subplots(1, len(pairs), squeeze=False)[0]
    for axes, pair in zip(panels, pairs, strict=True):
        _scatter(axes, embedding[:, pair], labels, classification.rows, pair)
    panels[-1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize="small", markerscale=4, frameon=False)
    more = f", {len(shown)} of {len(shares)}" if len(shares) > len(shown) else ""
    figure.suptitle(f"{classification.origin.title}: discriminative directions{more}", parse_math=False)
    save(figure, path)


def _draw_spectra(
    figure: SubFigure, features: Spectra, names: list[str], loadings: np.ndarray, correlations: np.ndarray
) -> None:
    """A panel for each direction: correlations of the channels with it on the left axis, loadings on the right one."""
    panels = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name, loading, correlation in zip(panels, names, loadings.T, correlations.T, strict=True):
        other = axes.twinx()
        axes.set_zorder(other.get_zorder() + 1)
        axes.patch.set_visible(False)
        axes.axhline(0, color="0.5", lw=0.5)
        for part in segments(features.wavelength):
            other.plot(features.wavelength[part], loading[part], color="tab:orange", lw=0.5, alpha=0.7)
            axes.plot(features.wavelength[part], correlation[part], color="black", lw=0.7)
        for panel, values in ((axes, correlation), (other, loading)):
            limit = 1.1 * np.abs(values).max() or 1.0
            panel.set_ylim(-limit, limit)
        other.tick_params(axis="y", colors="tab:orange")
        axes.margins(x=0.01)
        axes.set_title(name, fontsize="small", loc="left")
    panels[-1].set_xlabel(wavelength_label(features.medium, rest=features.rest))
    figure.supylabel("correlation\n(orange: loading)")


def _scatter(axes: Axes, positions: np.ndarray, labels: np.ndarray, rows: list[ClassRow], pair: np.ndarray) -> None:
    """Spectra along two directions, or their numbers along a single one."""
    for label, row in enumerate(rows):
        own = np.flatnonzero(labels == label)
        if not len(own):
            continue
        chosen = positions[own[:: -(-len(own) // _POINTS)]]
        name = f"class {row.label}"
        if len(pair) == 1:
            axes.hist(positions[own, 0], bins=60, color=row.color, alpha=0.6, label=name)
        else:
            axes.plot(*chosen.T, ".", ms=2, color=row.color, label=name, rasterized=True)
    axes.set_xlabel(f"along direction {pair[0] + 1}")
    axes.set_ylabel(f"along direction {pair[1] + 1}" if len(pair) > 1 else "spectra")
