"""Class maps in the formats of other tools: the EXPORTS table, with one module for each format."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np

    from cubeclust.classes.classification import Classification


class Writer(Protocol):
    """Writes one file of a format."""

    def __call__(self, path: Path, classification: "Classification", snr: "np.ndarray") -> None:
        """Write the file; snr (NY, NX) is the signal to noise of the spaxels that were clustered, NaN elsewhere."""


class File(NamedTuple):
    """A file of a format: the function of the format's module that writes it, and what it holds."""

    writer: str
    content: str


@dataclass(frozen=True)
class Export:
    """A format: its module, imported when used, and its files by the ending of their name."""

    module: str
    files: dict[str, File]

    def writer(self, ending: str) -> Writer:
        """What writes the file of that ending."""
        return getattr(import_module(f"cubeclust.io.exports.{self.module}"), self.files[ending].writer)


EXPORTS = {
    "ds9": Export(
        "ds9",
        {
            "ds9.lut": File("write_colors", "Color map of the classes for SAOImage DS9"),
            "ds9.reg": File("write_labels", "Region file for SAOImage DS9: the number of each class"),
        },
    ),
    "gist": Export(
        "gist",
        {
            "gist_table.fits": File("write_table", "Table of spaxels for GIST and nGIST, with the classes as bins"),
            "gist_mask.fits": File("write_mask", "Mask for GIST and nGIST of the spaxels without a class"),
        },
    ),
    "manga": Export("manga", {"binid.fits": File("write_bins", "BINID image as in SDSS MaNGA: class - 1")}),
    "csv": Export("spaxel_table", {"spaxels.csv": File("write_table", "Position, class and quality of each spaxel")}),
}
