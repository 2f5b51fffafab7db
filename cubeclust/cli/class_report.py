"""The table of classes that ends a run."""

from collections.abc import Iterable
from math import isnan

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cubeclust.pipelines.merge import Merged
from cubeclust.pipelines.run.pipeline import Run
from cubeclust.pipelines.run.record import TINY_CLASS, ending, title
from cubeclust.runtime import memory

# What ended iterations before they converged -> what to do.
_CURES = {"iterations": "raise --max-iter", "time": "raise it"}
# Field of ClassRow that only classes of moving spaxels have -> its heading.
_MOTION = {"velocity": "velocity km/s", "velocity_dispersion": "dispersion km/s", "sigma": "line width km/s"}


def print_closing(run: Run) -> None:
    """Print the classes and what the user should know about them on stderr."""
    print_classes(title(run.record), run, _sentences(run))


def print_classes(heading: str, found: Run | Merged, sentences: Iterable[str]) -> None:
    """Print a table of classes and the sentences below it on stderr."""
    console = Console(stderr=True, highlight=False)
    console.print(_table(heading, found))
    moving = [name for name in _MOTION if any(not isnan(getattr(row, name)) for row in found.rows)]
    if moving:
        console.print(_motion_table(found, moving))
    for sentence in sentences:
        console.print(sentence, markup=False, soft_wrap=True)


def _table(heading: str, found: Run | Merged) -> Table:
    """Sizes and means of the classes."""
    table = Table(title=Text(heading, style="italic"))
    for name in ("class", "spaxels", "arcsec2", "RA", "Dec", "max posterior", "S/N"):
        table.add_column(name, justify="right")
    for label, row in zip(_labels(found), found.rows, strict=True):
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


def _motion_table(found: Run | Merged, fields: list[str]) -> Table:
    """What is known of the motion in the classes, apart from their sizes, as both would not fit 80 columns."""
    table = Table()
    for name in ("class", *(_MOTION[field] for field in fields)):
        table.add_column(name, justify="right")
    for label, row in zip(_labels(found), found.rows, strict=True):
        table.add_row(label, *(_number(getattr(row, field), ".1f") for field in fields))
    return table


def _labels(found: Run | Merged) -> list[str]:
    return [f"[{row.color}]■[/] {row.label}" for row in found.rows]


def _number(value: float, form: str) -> str:
    return "-" if isnan(value) else format(value, form)


def _sentences(run: Run) -> list[str]:
    record = run.record
    out = [f"{record['classes_used']} classes used of {record['classes_asked']} asked."]
    if record["tiny_classes"]:
        numbers = ", ".join(map(str, record["tiny_classes"]))
        out.append(f"Tiny classes of at most {TINY_CLASS} spaxels: {numbers}.")
    if record["stopped"]:
        cure = "" if record["converged"] else f" ({_CURES[record['stopped']]})"
        out.append(f"{ending(record).capitalize()}{cure}.")
    if record["criteria"]:
        aic, bic, icl = (record["criteria"][name] for name in ("aic", "bic", "icl"))
        out.append(f"AIC {aic:.1f}, BIC {bic:.1f}, ICL {icl:.1f}; the larger the better.")
    if record["velocities"]:
        out.append(f"{record['velocities']['summary']}.")
    left_out = ", ".join(f"{count} {name}" for name, count in record["left_out"].items())
    if left_out:
        out.append(f"Left out: {left_out}.")
    stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in record["seconds"].items())
    out.append(f"Time: {stages}; peak memory {memory.readable(record['peak_memory'])}.")
    return out
