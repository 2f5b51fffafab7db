"""Maps of single classes put into the map that they were made within, and classes of a map joined."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from cubeclust.classes.classification import Classification
from cubeclust.classes.joining import joined
from cubeclust.classes.names import listed, parent_name
from cubeclust.classes.nesting import notes, replaced
from cubeclust.classes.table import ClassRow
from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.atomic import claim_files, os_errors_explained, written_aside
from cubeclust.io.frames import Frame, require_same_frame
from cubeclust.io.map_hdus import Provenance
from cubeclust.io.maps.read import read_class_map
from cubeclust.pipelines.products import CLASS_PRODUCTS
from cubeclust.pipelines.provenance import provenance, timestamp
from cubeclust.quality import Quality


@dataclass(frozen=True)
class Merged:
    """A map that others were put into, its files by their ending, and sentences on what it does not hold."""

    classification: Classification
    files: dict[str, Path]
    notes: tuple[str, ...]

    @property
    def rows(self) -> list[ClassRow]:
        """Numbers on each class."""
        return self.classification.rows

    def as_json(self) -> dict[str, Any]:
        """Classes, notes and files as JSON can hold them."""
        return {
            "classes": [
                {name: getattr(row, name) for name in ("number", "name", "parent", "n_spaxels")} for row in self.rows
            ],
            "notes": list(self.notes),
            "files": {ending: str(path) for ending, path in self.files.items()},
        }


def merge(
    parent: Path,
    parts: Sequence[Path] = (),
    *,
    join: Sequence[Sequence[str]] = (),
    output: Path = Path("."),
    overwrite: bool = False,
    command: str = "",
) -> Merged:
    """Put maps made within classes of the parent into it, one after another, and write the map with its figures.

    Spaxels of such a class that its map leaves out stay in it. A map made within a class of another part follows it.
    Then each group of classes named in `join` becomes one.

    Raises:
        InputError: maps or classes that do not belong together, products that exist, nothing to do.
    """
    if not parts and not join:
        raise InputError("nothing is to be merged; give maps of single classes, or classes of the map by --join.")
    whole = read_class_map(parent)
    remarks, history, done = [], _chapter(parent, whole), dict[str, Path]()
    for path in parts:
        part = read_class_map(path)
        row = _replaceable(path, part, parent, whole, done)
        done[part.origin.parent] = path
        remarks += notes(whole, row, part, path.name)
        history += _chapter(path, part)
        whole = replaced(whole, row, part)
    for names in join:
        rows = _joinable(names, whole)
        whole = joined(whole, rows)
        remarks.append(
            f"{rows[0].name} is {listed([row.name for row in rows])} joined: the quantiles of its spectra and its "
            "posterior are unknown."
        )
    files = _claimed(parent, output, overwrite=overwrite)
    with (
        os_errors_explained(f"{output}: the products cannot be written", "free disk space or choose another --output"),
        written_aside(*files.values()) as aside,
    ):
        made = _provenance(whole, command, [*(f"note {sentence}" for sentence in remarks), *history])
        for product, path in zip(CLASS_PRODUCTS.values(), aside, strict=True):
            product.write(path, whole, made)
    return Merged(whole, files, tuple(remarks))


def _chapter(path: Path, stored: Classification) -> list[str]:
    """History of a map that is merged."""
    return [f"of {path.name}:", *stored.origin.history]


def _joinable(names: Sequence[str], whole: Classification) -> list[ClassRow]:
    """Classes of the whole by their names, the largest first; InputError unless they can be joined."""
    listed = f"--join {','.join(names)}"
    known = {row.name: row for row in whole.rows if row.n_spaxels}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(f"{listed}: no class is called {unknown[0]!r}; the map has {', '.join(known)}.")
    if len(set(names)) < 2:
        raise InputError(f"{listed}: names one class; give two or more, such as --join A,B.")
    if len({parent_name(name) for name in names}) > 1:
        raise InputError(f"{listed}: they are parts of different classes; join parts of one class, or whole classes.")
    return sorted((known[name] for name in set(names)), key=lambda row: row.number)


def _replaceable(
    path: Path, part: Classification, parent: Path, whole: Classification, done: dict[str, Path]
) -> ClassRow:
    """The class of the whole that the part was made within; InputError for none, or for one that is `done` already."""
    name = part.origin.parent
    cure = f"give maps that `cubeclust run --within {parent.name}` made"
    if not name:
        raise InputError(f"{path}: is a map of a whole cube, not of one class; {cure}.")
    if name in done:
        raise InputError(f"{path}: is of class {name}, and so is {done[name]}; give one of them.")
    if part.origin.stem != whole.origin.stem:
        raise InputError(f"{path}: is of {part.origin.cube} but {parent} is of {whole.origin.cube}; {cure}.")
    ours, theirs = (Frame(each.class_map.classes.shape, each.class_map.wcs) for each in (whole, part))
    require_same_frame(f"{path}: CLASSMAP", theirs, ours, whose="the parent map's", cure=cure, most=0.1)
    row = next((row for row in whole.rows if row.name == name), None)
    if row is None:
        raise InputError(f"{path}: is of class {name}, which {parent} does not have; {cure}.")
    both = sorted({row.name for row in part.rows} & {row.name for row in whole.rows})
    if both:
        raise InputError(
            f"{path}: has class {both[0]}, and so has {parent}; cluster all of {name} in one run, or keep the maps "
            "apart."
        )
    _require_inside(path, part, whole.class_map.classes == row.number, cure)
    return row


def _require_inside(path: Path, part: Classification, members: np.ndarray, cure: str) -> None:
    """Raise InputError unless the part was made on the class whose spaxels are members (NY, NX) bool."""
    name, inner = part.origin.parent, part.class_map
    outside = np.count_nonzero((inner.classes > 0) & ~members)
    if outside:
        raise InputError(f"{path}: has classes on {outside} spaxels that are not of class {name}; {cure}.")
    lacking = np.count_nonzero((inner.quality & Quality.OTHER_CLASS != 0) & members)
    if lacking:
        raise InputError(f"{path}: was made on a class {name} that lacks {lacking} spaxels of this one; {cure}.")


def _claimed(parent: Path, output: Path, *, overwrite: bool) -> dict[str, Path]:
    """Path of each product by its ending, in a directory that can be written."""
    stem = fits_files.stem(parent).removesuffix("_classmap")
    files = {ending: output / f"{stem}-merged_{ending}" for ending in CLASS_PRODUCTS}
    claim_files(output, files.values(), overwrite=overwrite)
    return files


def _provenance(merged: Classification, command: str, history: list[str]) -> Provenance:
    """What the primary header states."""
    origin = merged.origin
    cards: dict[str, tuple[str | int, str]] = {
        "METHOD": (origin.method, "clustering methods"),
        "NCLASS": (len(merged.rows), "classes on the map"),
        "NORMBAND": (origin.averaged, "channels averaged to normalize"),
    }
    if origin.parent:
        cards["PARENT"] = origin.parent, "name of the class that the map is of"
    date = timestamp(datetime.now(UTC))
    return provenance(
        command=command, date=date, of="of the merging", target=origin.target, cube=origin.cube, packages={}
    ).extended(cards, history)
