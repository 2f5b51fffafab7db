"""Mean spectra of the classes."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from cubeclust.classes.classification import Classification
from cubeclust.classes.spectra import ClassSpectra
from cubeclust.classes.table import ClassRow
from cubeclust.plots.figure import new_figure, save
from cubeclust.plots.wavelengths import segments, wavelength_label

_MOST = 60  # classes in the figure


def plot_class_spectra(path: Path, classification: Classification) -> None:
    """Save one panel for each class: mean, band between the 10 and 90 % quantiles, number of spaxels.

    Classes whose spectra are unknown have none.
    """
    rows, spectra = classification.rows, classification.spectra
    n_classes = len(rows)
    unknown = [row for row in rows if row.n_spaxels and not np.isfinite(spectra.mean[row.number - 1]).any()]
    rows = [row for row in rows if row.n_spaxels and row not in unknown][:_MOST]
    columns = max(1, -(-len(rows) // 12))
    lines = max(1, -(-len(rows) // columns))
    figure = new_figure(9.0 if columns == 1 else 6.5 * columns, 0.9 + 1.25 * lines)
    grid = figure.subplots(lines, columns, sharex=True, squeeze=False)
    panels = grid.T.ravel()
    for axes, row in zip(panels, rows, strict=False):
        _draw_class(axes, row, spectra)
    for axes in panels[len(rows) :]:
        axes.set_visible(False)
    for axes in grid[-1]:
        axes.set_xlabel(wavelength_label(spectra.medium, rest=spectra.rest))
    figure.supylabel(spectra.unit or "normalized flux", parse_math=False)
    more = f" (the first {_MOST} of {n_classes})" if n_classes > _MOST else ""
    more += f", unknown: {', '.join(row.name for row in unknown[:_MOST])}" if unknown else ""
    figure.suptitle(f"{classification.origin.title}: mean and 10-90 % of each class{more}", parse_math=False)
    save(figure, path)


def _draw_class(axes: Axes, row: ClassRow, spectra: ClassSpectra) -> None:
    """Mean and band of a class, with its name and size."""
    index = row.number - 1
    for part in segments(spectra.wavelength):
        wavelength = spectra.wavelength[part]
        low, high = spectra.q10[index, part], spectra.q90[index, part]
        axes.fill_between(wavelength, low, high, color=row.color, alpha=0.35, lw=0)
        axes.plot(wavelength, spectra.mean[index, part], color="black", lw=0.6)
    axes.set_ylim(*_limits(spectra, index))
    axes.margins(x=0.01)
    axes.text(
        0.01, 0.93, f"class {row.label}, N = {row.n_spaxels}", transform=axes.transAxes, va="top", weight="bold",
        bbox={"facecolor": row.color, "alpha": 0.6, "edgecolor": "none", "pad": 2},
    )  # fmt: skip


def _limits(spectra: ClassSpectra, index: int) -> tuple[float, float]:
    """Range that shows the band, where it is known, and the mean, cut where single channels stick out of it by far."""
    low, high = float(np.nanmin(spectra.mean[index])), float(np.nanmax(spectra.mean[index]))
    if np.isfinite(spectra.q10[index]).any():
        low = np.nanquantile(spectra.q10[index], 0.005)
        high = max(high, np.nanquantile(spectra.q90[index], 0.995))
    margin = 0.08 * (high - low) or 1.0
    return float(low - margin), float(high + margin)
