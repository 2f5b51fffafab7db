"""Class maps in the formats of other tools: the EXPORTS table, with one module for each format."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

    from cubeclust.class_map import ClassMap
    from cubeclust.classes.table import ClassRow
    from cubeclust.spectra import Spectra


class Writer(Protocol):
    """Writes the files of a format to the paths given, one for each ending and in their order.

    spectra gives the signal to noise of the spaxels that were clustered, white_light (NY, NX) their mean flux.
    """

    def __call__(
        self,
        paths: Sequence[Path],
        class_map: "ClassMap",
        rows: "list[ClassRow]",
        spectra: "Spectra",
        white_light: "np.ndarray",
    ) -> None:
        """Write the files."""


@dataclass(frozen=True)
class Export:
    """A format: the endings of its files and the module whose `write` is its Writer, imported when used."""

    module: str
    endings: tuple[str, ...]

    def load(self) -> Writer:
        """The writer."""
        return import_module(f"cubeclust.io.exports.{self.module}").write


EXPORTS = {
    "ds9": Export("ds9", ("ds9.lut", "ds9.reg")),
    "gist": Export("gist", ("gist_table.fits", "gist_mask.fits")),
    "manga": Export("manga", ("binid.fits",)),
    "csv": Export("spaxel_table", ("spaxels.csv",)),
}


def export_endings(names: Iterable[str]) -> tuple[str, ...]:
    """Endings of the files of the formats named, each once."""
    return tuple(ending for name in dict.fromkeys(names) for ending in EXPORTS[name].endings)


def write_exports(
    names: Iterable[str],
    files: dict[str, Path],
    *,
    class_map: "ClassMap",
    rows: "list[ClassRow]",
    spectra: "Spectra",
    white_light: "np.ndarray",
) -> None:
    """Write the formats named; files gives the path of each ending."""
    for name in dict.fromkeys(names):
        export = EXPORTS[name]
        export.load()([files[ending] for ending in export.endings], class_map, rows, spectra, white_light)
