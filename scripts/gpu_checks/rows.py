"""What a check finds."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A quantity that a check found, with its unit; where it has a bound, that in words and whether it passed."""

    quantity: str
    value: float | str
    unit: str = ""
    bound: str = ""
    passed: bool | None = None
    check: str = ""


@dataclass(frozen=True)
class Setup:
    """Where the checks compute, and whether they only rehearse on a small case."""

    device: str
    small: bool

    def size(self, full: int, small: int) -> int:
        """A number of spectra, channels, iterations: `full`, or `small` where this is a rehearsal."""
        return small if self.small else full

    def goal(self, quantity: str, value: float, unit: str, most: float = inf) -> Row:
        """A row whose value should be at most so large; a rehearsal and a CPU are not held to it."""
        if self.small or self.device == "cpu" or most == inf:
            return Row(quantity, value, unit)
        return at_most(quantity, value, most, unit)


# A check by its name, which says what it is made on: it computes when it is called, and yields what it finds.
Check = tuple[str, Callable[[], Iterable[Row]]]


def at_most(quantity: str, value: float, most: float, unit: str = "") -> Row:
    """A row that passes if the value is at most so large."""
    return Row(quantity, value, unit, f"<= {most:g}", value <= most)


def at_least(quantity: str, value: float, least: float, unit: str = "") -> Row:
    """A row that passes if the value is at least so large."""
    return Row(quantity, value, unit, f">= {least:g}", value >= least)


def append(path: Path, row: Row) -> None:
    """Write the row as a line of a file, at once, so that it outlives what comes after it."""
    with path.open("a") as file:
        file.write(json.dumps(asdict(row)) + "\n")


def read(path: Path) -> list[Row]:
    """Rows written so far; a last line that was not written as a whole does not count."""
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [Row(**json.loads(line)) for line in lines if line.endswith("\n")]
