"""A class map with all that is known of its classes."""

from dataclasses import dataclass

import numpy as np

from cubeclust.class_map import ClassMap
from cubeclust.classes.spectra import ClassSpectra
from cubeclust.classes.table import ClassRow


@dataclass(frozen=True)
class WhiteLight:
    """Mean flux over the channels read, (NY, NX) float32, NaN where not read; unit as FITS writes it, "" if unknown."""

    image: np.ndarray
    unit: str


@dataclass(frozen=True)
class Origin:
    """What was clustered and how, "" where unknown.

    target    what the cube shows
    cube      name of the file that was clustered
    stem      that name without its extensions
    method    name of the method
    averaged  wavelengths, Angstrom, whose mean divides the spectra, or "none"
    parent    name of the class that was clustered again, "" for the whole cube
    history   lines of HISTORY of the class map's file, none if it was not read from a file
    """

    target: str
    cube: str
    stem: str
    method: str
    averaged: str
    parent: str
    history: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the cube shows, or the stem of its file."""
        return self.target or self.stem

    @property
    def title(self) -> str:
        """Heading of figures and tables: target and method."""
        within = f" within {self.parent}" if self.parent else ""
        return f"{self.name}: {self.method or 'classes'}{within}"


@dataclass(frozen=True)
class Classification:
    """Everything that a class map file holds, and that figures and exports are made of.

    class_map    class of each spaxel
    rows         numbers on each class, in order of the class's number: rows[i] is class i + 1
    spectra      statistics of the spectra of each class, in the same order
    white_light  the image that the classes are drawn over
    origin       what was clustered and how
    """

    class_map: ClassMap
    rows: list[ClassRow]
    spectra: ClassSpectra
    white_light: WhiteLight
    origin: Origin
