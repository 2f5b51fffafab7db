"""Rows of a benchmark: figures by the heading of their column, in the units of the heading."""

from collections.abc import Iterable, Iterator
from math import isnan

Cell = str | int | float | None  # None or NaN: not measured
Row = dict[str, Cell]

_WIDTH = 9  # of a column at least


def printed(rows: Iterable[Row]) -> Iterator[Row]:
    """Print each row as it comes, under a heading of its own where the columns change, and hand it on."""
    heading: list[str] = []
    for row in rows:
        if [*row] != heading:
            heading = [*row]
            print("\n" + "  ".join(f"{name:>{_WIDTH}}" for name in heading))
        cells = zip(heading, map(cell, row.values()), strict=True)
        print("  ".join(f"{text:>{max(len(name), _WIDTH)}}" for name, text in cells), flush=True)
        yield row


def cell(value: Cell) -> str:
    """Three digits of a number, at least those before the point; a dash for what was not measured."""
    if not measured(value):
        return "-"
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else value
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def measured(value: Cell) -> bool:
    """Whether there is a value."""
    return value is not None and not (isinstance(value, float) and isnan(value))
