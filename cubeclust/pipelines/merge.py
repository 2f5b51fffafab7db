"""Maps of single classes put into the map that they were made within."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from cubeclust import __version__
from cubeclust.classes.nesting import notes, replaced
from cubeclust.classes.table import ClassRow
from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.atomic import claim_files, said_plainly, written_aside
from cubeclust.io.frames import Frame, require_same_frame
from cubeclust.io.map_hdus import Provenance
from cubeclust.io.maps.read import StoredMap, read_class_map
from cubeclust.io.maps.write import write_class_map
from cubeclust.quality import Quality

PRODUCTS = ("classmap.fits", "overlay.png", "spectra.png")


@dataclass(frozen=True)
class Merged:
    """A map that others were put into: its heading, its classes, its files by their ending, and what to know of it."""

    heading: str
    rows: list[ClassRow]
    files: dict[str, Path]
    notes: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """The map as JSON can hold it."""
        return {
            "classes": [
                {name: getattr(row, name) for name in ("number", "name", "parent", "n_spaxels")} for row in self.rows
            ],
            "notes": list(self.notes),
            "files": {ending: str(path) for ending, path in self.files.items()},
        }


def merge(
    parent: Path, parts: Sequence[Path], *, output: Path = Path("."), overwrite: bool = False, command: str = ""
) -> Merged:
    """Put maps made within classes of the parent into it, one after another, and write the map with its figures.

    Spaxels of such a class that its map leaves out stay in it. A map made within a class of another part follows it.

    Raises:
        InputError: maps that do not belong together, products that exist.
    """
    whole = read_class_map(parent)
    said, history, done = [], _chapter(parent, whole), dict[str, Path]()
    for path in parts:
        part = read_class_map(path)
        row = _replaceable(path, part, parent, whole, done)
        done[part.origin.parent] = path
        said += notes(whole, row, part, path.name)
        history += _chapter(path, part)
        whole = replaced(whole, row, part)
    files = _claimed(parent, output, overwrite=overwrite)
    with (
        said_plainly(f"{output}: the products cannot be written", "make room or choose another --output"),
        written_aside(*files.values()) as aside,
    ):
        _write(aside, whole, [f"command: {command}", *(f"note {sentence}" for sentence in said), *history])
    return Merged(whole.origin.title, whole.rows, files, tuple(said))


def _chapter(path: Path, stored: StoredMap) -> list[str]:
    """History of a map that is merged."""
    return [f"of {path.name}:", *stored.origin.history]


def _replaceable(path: Path, part: StoredMap, parent: Path, whole: StoredMap, done: dict[str, Path]) -> ClassRow:
    """The class of the whole that the part was made within; InputError for none, or for one that is `done` already."""
    name = part.origin.parent
    cure = f"give maps that `cubeclust run --within {parent.name}` made"
    if not name:
        raise InputError(f"{path}: is a map of a whole cube, not of one class; {cure}.")
    if name in done:
        raise InputError(f"{path}: is of class {name}, and so is {done[name]}; give one of them.")
    if fits_files.stem(Path(part.origin.cube)) != fits_files.stem(Path(whole.origin.cube)):
        raise InputError(f"{path}: is of {part.origin.cube} but {parent} is of {whole.origin.cube}; {cure}.")
    ours, theirs = (Frame(each.class_map.classes.shape, each.class_map.wcs) for each in (whole, part))
    require_same_frame(f"{path}: CLASSMAP", theirs, ours, whose="the parent map's", cure=cure, most=0.1)
    row = next((row for row in whole.rows if row.name == name), None)
    if row is None:
        raise InputError(f"{path}: is of class {name}, which {parent} has not; {cure}.")
    both = sorted({row.name for row in part.rows} & {row.name for row in whole.rows})
    if both:
        raise InputError(
            f"{path}: has class {both[0]}, and so has {parent}; cluster all of {name} in one run, or keep the maps "
            "apart."
        )
    _require_inside(path, part, whole.class_map.classes == row.number, cure)
    return row


def _require_inside(path: Path, part: StoredMap, members: np.ndarray, cure: str) -> None:
    """Raise InputError unless the part was made on the class whose spaxels are members (NY, NX) bool."""
    name, found = part.origin.parent, part.class_map
    outside = np.count_nonzero((found.classes > 0) & ~members)
    if outside:
        raise InputError(f"{path}: has classes on {outside} spaxels that are not of class {name}; {cure}.")
    lacking = np.count_nonzero((found.quality & Quality.OTHER_CLASS != 0) & members)
    if lacking:
        raise InputError(f"{path}: was made on a class {name} that lacks {lacking} spaxels of this one; {cure}.")


def _claimed(parent: Path, output: Path, *, overwrite: bool) -> dict[str, Path]:
    """Path of each product by its ending, in a directory that can be written."""
    stem = fits_files.stem(parent).removesuffix("_classmap")
    files = {ending: output / f"{stem}-merged_{ending}" for ending in PRODUCTS}
    claim_files(output, files.values(), overwrite=overwrite)
    return files


def _write(aside: tuple[Path, ...], merged: StoredMap, history: list[str]) -> None:
    """Write map, overlay and spectra under the names given."""
    from cubeclust.plots.class_spectra import plot_class_spectra
    from cubeclust.plots.overlay import plot_overlay

    table, overlay, spectra = aside
    found, origin = merged.class_map, merged.origin
    write_class_map(
        table, found, merged.rows, merged.spectra, _provenance(merged, history), white_light=merged.white_light
    )
    plot_overlay(overlay, found, merged.rows, merged.white_light.image, origin.title)
    plot_class_spectra(spectra, merged.rows, merged.spectra, origin.title)


def _provenance(merged: StoredMap, history: list[str]) -> Provenance:
    """What the primary header says."""
    origin, software = merged.origin, f"cubeclust {__version__}"
    cards: dict[str, tuple[str | int, str]] = {
        "CREATOR": (software, "software that made this file"),
        "DATE": (datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"), "of the merging, UTC"),
        "OBJECT": (origin.target, "target of the cube"),
        "CUBE": (origin.cube, "file that was clustered"),
        "METHOD": (origin.method, "clustering methods"),
        "NCLASS": (len(merged.rows), "classes on the map"),
        "NORMBAND": (origin.averaged, "channels averaged to normalize"),
    }
    if origin.parent:
        cards["PARENT"] = origin.parent, "name of the class that the map is of"
    return Provenance(cards, (*history[:1], f"version: {software}", *history[1:]))
