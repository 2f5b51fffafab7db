"""Products that any classification has: what `run`, `merge` and `plot` write of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeclust.classes.classification import Classification
    from cubeclust.io.map_hdus import Provenance


@dataclass(frozen=True)
class ClassFigure:
    """A figure made of a classification alone: what it shows, and what draws and saves it."""

    content: str
    draw: "Callable[[Path, Classification], None]"


@dataclass(frozen=True)
class ClassProduct:
    """A file made of a classification alone: what it holds, and what writes it, with the cards for its header."""

    content: str
    write: "Callable[[Path, Classification, Provenance], None]"

    @classmethod
    def of(cls, figure: ClassFigure) -> "ClassProduct":
        """A figure, whose file has no cards."""
        return cls(figure.content, lambda path, classification, provenance: figure.draw(path, classification))


def _class_map(path: Path, classification: "Classification", provenance: "Provenance") -> None:
    from cubeclust.io.maps.write import write_class_map

    write_class_map(path, classification, provenance)


def _overlay(path: Path, classification: "Classification") -> None:
    from cubeclust.plots.overlay import plot_overlay

    plot_overlay(path, classification)


def _spectra(path: Path, classification: "Classification") -> None:
    from cubeclust.plots.class_spectra import plot_class_spectra

    plot_class_spectra(path, classification)


# Ending of the file's name -> figure, the overlay first.
CLASS_FIGURES = {
    "overlay.png": ClassFigure("Classes over the white light", _overlay),
    "spectra.png": ClassFigure("Mean spectrum of each class", _spectra),
}
# The same with the class map, which they can be drawn from again.
CLASS_PRODUCTS = {
    "classmap.fits": ClassProduct("Class of each spaxel, with tables of the classes and their spectra", _class_map),
    **{ending: ClassProduct.of(figure) for ending, figure in CLASS_FIGURES.items()},
}
