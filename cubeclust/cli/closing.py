"""The table of classes that ends a run."""

from collections.abc import Iterable
from math import isnan

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cubeclust import memory
from cubeclust.merging import Merged
from cubeclust.pipeline import Run
from cubeclust.run_record import TINY_CLASS, ending, title

# What ended iterations before they converged -> what to do.
_CURES = {"iterations": "raise --max-iter", "time": "raise it"}
# Field of ClassRow -> heading, where it is known; km/s.
_MOTION = {"velocity": "km/s", "velocity_dispersion": "+-", "sigma": "line width"}


def print_closing(run: Run) -> None:
    """Print the classes and what the user should know about them on stderr."""
    print_classes(title(run.record), run, _sentences(run))


def print_classes(heading: str, found: Run | Merged, sentences: Iterable[str]) -> None:
    """Print a table of classes and the sentences below it on stderr."""
    console = Console(stderr=True, highlight=False)
    table = Table(title=Text(heading, style="italic"))
    moving = [column for column in _MOTION if any(not isnan(getattr(row, column)) for row in found.rows)]
    for name in ("class", "spaxels", "arcsec2", "RA", "Dec", "max posterior", "S/N", *(_MOTION[key] for key in moving)):
        table.add_column(name, justify="right")
    for row in found.rows:
        table.add_row(
            f"[{row.color}]■[/] {row.label}",
            str(row.n_spaxels),
            _number(row.area, ".2f"),
            _number(row.ra, ".5f"),
            _number(row.dec, "+.5f"),
            _number(row.mean_max_posterior, ".3f"),
            _number(row.mean_snr, ".2f"),
            *(_number(getattr(row, key), ".1f") for key in moving),
        )
    console.print(table)
    for sentence in sentences:
        console.print(sentence, markup=False, soft_wrap=True)


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
