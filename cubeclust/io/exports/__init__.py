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
            "ds9.lut": File("write_colors", "color map of the classes for SAOImage DS9"),
            "ds9.reg": File("write_labels", "region file with the number of each class for SAOImage DS9"),
        },
    ),
    "gist": Export(
        "gist",
        {
            "gist_table.fits": File("write_table", "table of spaxels and bins, the classes, for GIST and nGIST"),
            "gist_mask.fits": File("write_mask", "mask of the spaxels without a class for GIST and nGIST"),
        },
    ),
    "manga": Export("manga", {"binid.fits": File("write_bins", "BINID image as in SDSS MaNGA, class - 1")}),
    "csv": Export("spaxel_table", {"spaxels.csv": File("write_table", "position, class and quality of each spaxel")}),
}
