"""Which scaling is best for each method, and how good the defaults are.

Methods cluster simulated skies, whose classes are known, and real cubes, with each scaling and with several seeds. A
run takes what `cubeclust run` takes by default but for the number of classes, the window, the scale and --set. Runs are
kept in a journal in the folder --work as they end: the same command continues there and makes no run twice, and
several processes may share the folder. Tables are made of all runs in the journal.

ARI        agreement with the true classes of the spaxels that have both, 1 = the same, 0 = by chance; and its standard
           deviation over skies and seeds
coverage   share of the spaxels with a true class that got a class
tiny       classes of 3 spaxels or fewer, on average
effective  number of classes of one size whose sizes have the same entropy; about 1 for a map of one class and single
           spaxels, which agrees with its like whatever the method
agree      mean ARI of the maps of two seeds of the fit, of the same cube; and its standard deviation over the pairs
halves     ARI of the maps by even channels alone and by odd ones (real cubes)
s          seconds of the fit
converged  share of the runs that ended converged, of those whose method has a stopping rule
refused    runs that ended with an error
"""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from pathlib import Path

from benchmarks.defaults_cubes import CUBES, SKY_CLASSES, Source, cube_of, missing
from benchmarks.defaults_journal import Journal, Line
from benchmarks.defaults_pages import DEFAULT, PUBLISHED, everything, publish
from benchmarks.defaults_runs import Trial, carried_out, settings_for, values_of
from benchmarks.defaults_tables import summaries
from benchmarks.measuring import names_of, numbers
from benchmarks.rows import Row, cell
from cubeclust import __version__
from cubeclust.errors import InputError
from cubeclust.methods import METHODS
from cubeclust.preprocessing.scaling import SCALINGS

_JUDGED = ["kmeans", "igmm", "fcm", "gmm", "spectral", "ward", "fisher-em", "mmd-ovo", "usd-ovo"]
# Seconds of a fit in windows of a sky; others take longer.
_SECONDS = {
    "spectral": 0.2, "gmm": 0.6, "kmeans": 0.7, "ward": 0.8, "fisher-em": 3, "fcm": 5, "igmm": 6, "mmd-ova": 8,
    "mmd-ovo": 8,
}  # fmt: skip


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--methods", type=names_of(METHODS), default=_JUDGED)
    parser.add_argument(
        "--scales", type=names_of([*SCALINGS, DEFAULT]), default=[DEFAULT, *SCALINGS], help="names, default"
    )
    parser.add_argument("--skies", type=names_of(SKY_CLASSES), default=list(SKY_CLASSES), help="'' for none")
    parser.add_argument("--cubes", type=names_of(CUBES), default=list(CUBES), help="real ones; '' for none")
    parser.add_argument("--data", type=Path, help="folder of ngc3081_gmos and indian_pines")
    parser.add_argument("--size", type=int, default=40, help="spaxels along a side of a sky")
    parser.add_argument("--sky-seeds", type=numbers, default=[1, 2, 3])
    parser.add_argument("--fit-seeds", type=numbers, default=[0, 1, 2])
    parser.add_argument("--ranges", type=names_of(["windows", "all"]), default=["windows", "all"])
    parser.add_argument("--set", type=assignment, action="append", default=[], help="an option, NAME=VALUE; repeatable")
    parser.add_argument("--state", default=__version__, help="name of the code that is measured, such as before, after")
    parser.add_argument("--work", type=Path, required=True, help="folder of journal and cubes")
    parser.add_argument("--only-tables", action="store_true", help="make no run")
    parser.add_argument("--tables", action="store_true", help="also print the tables of docs/defaults.md")
    parser.add_argument(
        "--publish",
        action="store_true",
        help=f"write the tables to {PUBLISHED.name}, of which docs/defaults.md is made",
    )


def run(options: Namespace) -> Iterator[Row]:
    chosen = [] if options.only_tables else trials(options)
    journal = Journal(options.work)
    for number, trial in enumerate(chosen, start=1):
        with journal.claimed(trial.as_json(), trial.holds) as free:
            if free:
                known = journal.found(trial.twin.as_json())
                found = known if known and trial.twin.holds(known) else made(trial, options)
                journal.add(trial.as_json(), found)
                print(f"{number}/{len(chosen)} {trial}: {told(found)}", flush=True)
    rows = summaries(journal.read())
    if options.publish:
        publish(rows)
    yield from rows
    if options.tables:
        print(everything(rows))


def made(trial: Trial, options: Namespace) -> Line:
    """Carry out a run on its cube."""
    return carried_out(trial, cube_of(trial.source, options.work, options.data), options.device)


def trials(options: Namespace) -> list[Trial]:
    """All runs asked for, the quick ones first."""
    for data in options.cubes:
        if sentence := missing(data, options.data):
            print(sentence)
    for text in options.set:
        if not any(settings_for(method, [text]) for method in options.methods):
            raise InputError(f"--set {text}: no option of {', '.join(options.methods)}; see `cubeclust run --help`.")
    return sorted((trial for source in sources(options) for trial in of_source(source, options)), key=cost)


def sources(options: Namespace) -> Iterator[Source]:
    """Skies, and the real cubes that are there, each also with half of its channels."""
    for data in options.skies:
        yield from (Source(data, options.size, seed) for seed in options.sky_seeds)
    for data in options.cubes:
        if not missing(data, options.data):
            yield from (Source(data, channels=channels) for channels in ("all", "even", "odd"))


def of_source(source: Source, options: Namespace) -> Iterator[Trial]:
    """Runs on a cube; on half of its channels with the first seed alone."""
    ranges = [name for name in options.ranges if name == "all" or source.windows]
    seeds = options.fit_seeds if source.channels == "all" else options.fit_seeds[:1]
    numbers_of_classes = SKY_CLASSES[source.data] if source.size else (CUBES[source.data].k,)
    for method in options.methods:
        settings = settings_for(method, options.set)
        values_of(method, settings)
        for name in ranges:
            for k in numbers_of_classes:
                for scale in options.scales:
                    yield from (Trial(source, name, k, method, scale, seed, settings, options.state) for seed in seeds)


def cost(trial: Trial) -> float:
    """Rough seconds of a fit; the whole range takes about 6 times as long as windows."""
    return _SECONDS.get(trial.method, 30) * (6 if trial.range == "all" else 1)


def told(found: Line) -> str:
    """What a run found, in a line."""
    if "error" in found:
        return found["error"]
    return ", ".join(f"{name} {cell(found[name])}" for name in ("ARI", "coverage", "tiny", "s") if name in found)


def assignment(text: str) -> str:
    """NAME=VALUE, with dashes before the name left out."""
    name, sign, value = text.lstrip("-").partition("=")
    if not (name and sign and value):
        raise ArgumentTypeError(f"{text!r}: give an option as NAME=VALUE, for example tolerance=1e-4.")
    return f"{name}={value}"
