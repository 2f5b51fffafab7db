"""Figures without a window, saved as PNG."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def new_figure(width: float, height: float) -> Figure:
    """Empty figure of a size in inches that no display is needed for."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: Path, dots: float = 150) -> None:
    """Write a PNG at so many dots per inch."""
    figure.savefig(path, format="png", dpi=dots)
