"""Markdown of the benchmark of defaults: methods in rows, scales or cases in columns."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.rows import Row, cell
from cubeclust.methods import METHODS
from cubeclust.preprocessing.scaling import SCALINGS
from cubeclust.settings import declaration, option_fields, option_name

DEFAULT = "default"  # the scale of a row where none was named
PUBLISHED = Path(__file__).with_name("defaults.jsonl")


def publish(rows: Iterable[Row], path: Path = PUBLISHED) -> None:
    """Write rows, a line each, of which pages are made."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def published(path: Path = PUBLISHED) -> list[Row]:
    """Rows that were published last."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def part(name: str, rows: Sequence[Row]) -> str:
    """Table of a page: a key of TABLES, `set` with the name of an option, or the name of a case."""
    plain = [row for row in rows if not row["settings"]]
    if name.startswith("set "):
        table = by_setting(name.removeprefix("set "), rows)
    else:
        table = TABLES[name](plain) if name in TABLES else scales(row for row in plain if case_name(row) == name)
    return table or "Not measured yet."


def everything(rows: Sequence[Row]) -> str:
    """All tables, each under its name."""
    cases = dict.fromkeys(case_name(row) for row in sorted(rows, key=_real))
    options = dict.fromkeys(text.partition("=")[0] for row in rows for text in str(row["settings"]).split())
    names = [*TABLES, *(f"set {option}" for option in options), *cases]
    return "\n\n".join(f"{name}\n\n{part(name, rows)}" for name in names)


def case_name(row: Row) -> str:
    """What is clustered, spaxels along the side of a sky, range, number of classes: blobs 40 windows k6."""
    return " ".join([str(row["data"]), *([str(row["size"])] if row["size"] else []), f"{row['range']} k{row['k']}"])


def scales(rows: Iterable[Row]) -> str:
    """What each scale gives in a case; in bold that which is the method's default now."""
    cells = {(_of_row(row), str(row["scale"])): _bold(row, judged(row)) for row in rows if row["scale"] != DEFAULT}
    return _pivot(cells, [*SCALINGS], "method")


def judged(row: Row) -> str:
    """What a row found: ARI and its spread, without truth the agreements and the effective classes; tiny classes."""
    if not row["runs"]:
        return "refused"
    tiny = f" ({row['tiny']:.1f})" if row["tiny"] else ""
    if row["ARI"] is not None:
        return f"{_two(row['ARI'])}{_spread(row['± ARI'])}{tiny}"
    return f"{_two(row['agree'])}, {_two(row['halves'])}; {row['effective']:.1f}{tiny}"


def overview(rows: Sequence[Row]) -> str:
    """What the defaults give in each case."""
    return _by_case(rows, judged)


def by_setting(option: str, rows: Sequence[Row]) -> str:
    """What the defaults give in each case with and without another value of an option, of the methods that have it."""
    with_it = [row for row in rows if f" {row['settings']}".count(f" {option}=")]
    methods = {row["method"] for row in with_it}
    return _by_case(
        [row for row in rows if row["method"] in methods and (row in with_it or not row["settings"])], judged
    )


def seconds(rows: Sequence[Row]) -> str:
    """What the defaults take in each case, and the share of the runs that converged where some did not."""

    def told(row: Row) -> str:
        part = "" if row["converged"] in (None, 1) else f" ({row['converged']:.0%})"
        return f"{cell(row['s'])}{part}"

    return _by_case(rows, told)


def coverage(rows: Sequence[Row]) -> str:
    """Share of the spaxels with a true class that get one by default."""
    return _by_case([row for row in rows if row["coverage"] is not None], lambda row: f"{row['coverage']:.3f}")


def in_force(rows: Sequence[Row]) -> str:
    """Defaults of the methods that were measured, of the options that several of them have."""
    cells = {}
    for name, method in METHODS.items():
        if name in {row["method"] for row in rows}:
            record = method.load()
            given = {option_name(field): field for field in option_fields(record) if option_name(field) in _OPTIONS}
            told = {f"`--{option}`": declaration(field).shown or cell(field.default) for option, field in given.items()}
            cells |= {((name,), option): text for option, text in (told | {"`--scale`": record.default_scale}).items()}
    return _pivot(cells, ["`--scale`", *(f"`--{option}`" for option in _OPTIONS)], "method")


def losses(rows: Sequence[Row]) -> str:
    """ARI that a scale loses against the best one of the same method, on average over cases, and at most."""
    aris: dict[tuple[str, ...], dict[str, dict[str, float]]] = {}  # method -> case -> scale
    for row in rows:
        if row["ARI"] is not None and row["scale"] != DEFAULT:
            aris.setdefault(_of_row(row), {}).setdefault(case_name(row), {})[str(row["scale"])] = float(row["ARI"])
    cells = {
        (method, scale): f"{np.mean(lost):.3f} ({max(lost):.2f})"
        for method, cases in aris.items()
        for scale, lost in lost_by(list(cases.values())).items()
    }
    return _pivot(cells, [*SCALINGS], "method")


def lost_by(cases: Sequence[dict[str, float]]) -> dict[str, list[float]]:
    """What each scale that all cases have loses in each of them."""
    common = set.intersection(*map(set, cases))
    return {scale: [max(case.values()) - case[scale] for case in cases] for scale in sorted(common)}


_OPTIONS = ("n-clusters", "n-starts", "max-iter", "tolerance")
TABLES: dict[str, Callable[[Sequence[Row]], str]] = {
    "in force": in_force,
    "overview": overview,
    "losses": losses,
    "seconds": seconds,
    "coverage": coverage,
}


def _by_case(rows: Sequence[Row], told: Callable[[Row], str]) -> str:
    """Methods by cases, as they are without a scale named."""
    default = sorted((row for row in rows if row["scale"] == DEFAULT), key=_real)
    return _pivot({(_of_row(row), case_name(row)): told(row) for row in default}, [], "method")


def _pivot(cells: dict[tuple[tuple[str, ...], str], str], first: Sequence[str], corner: str) -> str:
    """Table of cells by (row, column), rows in the order of METHODS, the columns of `first` first; "" without cells."""
    found = dict.fromkeys(column for _, column in cells)
    columns = [name for name in first if name in found] + [name for name in found if name not in first]
    rows = sorted({row for row, _ in cells}, key=lambda row: (list(METHODS).index(row[0]), row[1:]))
    several = len({row[1:] for row in rows}) > 1
    lines = [[corner, *(["state"] if several else []), *columns]]
    lines += [["---"] * len(lines[0])]
    for row in rows:
        name = [f"`{row[0]}`", *([" ".join(row[1:]).strip()] if several else [])]
        lines.append([*name, *(cells.get((row, column), "-") for column in columns)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) if cells else ""


def _of_row(row: Row) -> tuple[str, ...]:
    """Method, state and settings."""
    return str(row["method"]), str(row["state"]), str(row["settings"])


def _real(row: Row) -> bool:
    return row["size"] == 0


def _bold(row: Row, text: str) -> str:
    return f"**{text}**" if row["scale"] == METHODS[str(row["method"])].load().default_scale else text


def _two(value: Any) -> str:
    return "-" if value is None else f"{value:.2f}"


def _spread(value: Any) -> str:
    return "" if value is None else f" ± {value:.2f}"
