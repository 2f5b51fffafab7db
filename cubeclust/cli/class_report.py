"""The table of classes that ends a run."""

import shlex
from collections.abc import Iterable
from math import isnan

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cubeclust.classes.classification import Classification
from cubeclust.classes.table import TINY_CLASS, ClassRow
from cubeclust.pipelines.run.pipeline import Run
from cubeclust.pipelines.run.record import RunRecord
from cubeclust.runtime import memory

# What ended iterations before they converged -> what to do.
_CURES = {"iterations": "raise --max-iter", "time": "raise it"}
# What to do about tiny classes, by what was done with spectra like no other.
_TINY = {
    "keep": "give --outliers label, by which damaged and outlying spectra do not enter the fit",
    "": "leave out what is damage and no population by --mask, --crop, --min-snr or --exclude, and fit again",
}
# Field of ClassRow that only classes of moving spaxels have -> its heading.
_MOTION = {"velocity": "velocity km/s", "velocity_dispersion": "dispersion km/s", "sigma": "line width km/s"}


def print_closing(run: Run, more: Iterable[str] = ()) -> None:
    """Print the classes, what the user should know about them, and more sentences on stderr."""
    print_classes(run.classification, [*_sentences(run.record), *more])


def print_classes(classification: Classification, sentences: Iterable[str]) -> None:
    """Print a table of classes and the sentences below it on stderr."""
    console, rows = Console(stderr=True, highlight=False), classification.rows
    console.print(_table(classification.origin.title, rows))
    moving = [name for name in _MOTION if any(not isnan(getattr(row, name)) for row in rows)]
    if moving:
        console.print(_motion_table(rows, moving))
    for sentence in sentences:
        console.print(sentence, markup=False, soft_wrap=True)


def _table(heading: str, rows: list[ClassRow]) -> Table:
    """Sizes and means of the classes."""
    table = Table(title=Text(heading, style="italic"))
    for name in ("class", "spaxels", "arcsec2", "RA", "Dec", "max posterior", "S/N"):
        table.add_column(name, justify="right")
    for label, row in zip(_labels(rows), rows, strict=True):
        table.add_row(
            label,
            str(row.n_spaxels),
            _number(row.area, ".2f"),
            _number(row.ra, ".5f"),
            _number(row.dec, "+.5f"),
            _number(row.mean_max_posterior, ".3f"),
            _number(row.mean_snr, ".2f"),
        )
    return table


def _motion_table(rows: list[ClassRow], fields: list[str]) -> Table:
    """What is known of the motion in the classes, apart from their sizes, as both would not fit 80 columns."""
    table = Table()
    for name in ("class", *(_MOTION[field] for field in fields)):
        table.add_column(name, justify="right")
    for label, row in zip(_labels(rows), rows, strict=True):
        table.add_row(label, *(_number(getattr(row, field), ".1f") for field in fields))
    return table


def _labels(rows: list[ClassRow]) -> list[str]:
    return [f"[{row.color}]■[/] {row.label}" for row in rows]


def _number(value: float, form: str) -> str:
    return "-" if isnan(value) else format(value, form)


def _sentences(record: RunRecord) -> list[str]:
    """What the user should know about the classes, the fit and the run."""
    classes, fit = record.classes, record.fit
    out = [f"{classes.classes_used} classes used of {classes.classes_asked} asked."]
    if classes.tiny_classes:
        numbers, cure = ", ".join(map(str, classes.tiny_classes)), _TINY.get(record.settings["outliers"], _TINY[""])
        out.append(f"Tiny classes of at most {TINY_CLASS} spaxels: {numbers}. Look at them on the map; {cure}.")
    if classes.merge_candidates:
        out += [f"Merge candidates: {classes.candidates}. To join them:", f"  {_joining(record)}"]
    if fit.stopped:
        cure = "" if fit.converged else f" ({_CURES[fit.stopped]})"
        out.append(f"{fit.ending.capitalize()}{cure}.")
    if fit.criteria:
        aic, bic, icl = fit.criteria.aic, fit.criteria.bic, fit.criteria.icl
        out.append(f"AIC {aic:.1f}, BIC {bic:.1f}, ICL {icl:.1f}; the larger the better.")
    if record.velocities:
        out.append(f"{record.velocities.summary}.")
    if record.left_out:
        out.append(f"Left out: {', '.join(f'{count} {name}' for name, count in record.left_out.items())}.")
    if record.seconds and record.peak_memory:
        stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in record.seconds.items())
        out.append(f"Time: {stages}; peak memory {memory.readable(record.peak_memory)}.")
    return out


def _joining(record: RunRecord) -> str:
    """The command that joins classes which are all similar to each other."""
    path = record.files["classmap.fits"]
    words = ["cubeclust", "merge", str(path)]
    for names in record.classes.joinable:
        words += ["--join", ",".join(names)]
    return shlex.join([*words, "-o", str(path.parent)])
