"""Stand-in for the figure of a velocity field."""

from pathlib import Path

import numpy as np

from cubeclust.plots.figure import new_figure, save
from cubeclust.velocity_field import VelocityField


def plot_velocity(path: Path, field: VelocityField, white_light: np.ndarray | None, title: str) -> None:
    """Draw the velocities."""
    figure = new_figure(6, 5)
    axes = figure.subplots()
    axes.imshow(np.where(field.misleading, np.nan, field.velocity), origin="lower", cmap="RdBu_r")
    axes.set_title(title)
    save(figure, path)
