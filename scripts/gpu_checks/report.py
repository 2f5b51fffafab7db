"""The report: what was found so far, as JSON and as Markdown."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gpu_checks.rows import Row


@dataclass(frozen=True)
class Part:
    """What a part found, its seconds, and what cut it short: "" if nothing did."""

    name: str
    title: str
    seconds: float
    rows: list[Row]
    ended: str = ""

    @property
    def failed(self) -> int:
        """Checks that did not pass, and the part itself where it was cut short."""
        return sum(row.passed is False for row in self.rows) + bool(self.ended)

    @property
    def passed(self) -> int:
        """Checks that passed."""
        return sum(row.passed is True for row in self.rows)


def write(folder: Path, facts: dict, parts: Sequence[Part]) -> None:
    """Write gpu-check.json and gpu-check.md, each as a whole."""
    contents = {"facts": facts, "parts": [asdict(part) for part in parts]}
    for name, text in (("gpu-check.json", json.dumps(contents, indent=1)), ("gpu-check.md", markdown(facts, parts))):
        aside = folder / f".{name}.part"
        aside.write_text(text)
        os.replace(aside, folder / name)


def markdown(facts: dict, parts: Sequence[Part]) -> str:
    """The report to read."""
    lines = [f"# {headline(facts)}", "", machine(facts), ""]
    lines += [f"{sum(part.passed for part in parts)} checks passed, {sum(part.failed for part in parts)} failed.", ""]
    for part in parts:
        lines += [f"## {part.name}: {part.title}", "", ended(part), ""]
        lines += ["| | | value | bound | |", "|---|---|---|---|---|"]
        before = ""
        for row in part.rows:
            check = "" if row.check == before else row.check
            lines.append(f"| {check} | {row.quantity} | {shown(row)} | {row.bound} | {VERDICTS[row.passed]} |")
            before = row.check
        lines.append("")
    return "\n".join(lines)


VERDICTS = {True: "passed", False: "**failed**", None: ""}


def headline(facts: dict) -> str:
    """What ran where."""
    where = f"{facts['card']}" if facts["device"] == "cuda" else f"CPU ({facts['processor']})"
    return f"check_gpu{', a small rehearsal' if facts['small'] else ''} on {where}"


def machine(facts: dict) -> str:
    """The machine and its software."""
    own = f"cubeclust {facts['cubeclust']}" + (f" ({facts['commit']})" if facts["commit"] else "")
    words = [own, f"torch {facts['torch']}", f"Python {facts['python']}"]
    if facts["device"] == "cuda":
        words += [
            f"{facts['memory'] / 2**30:.0f} GiB of GPU memory",
            f"driver {facts['driver']}",
            f"CUDA {facts['cuda']}",
        ]
    words += [f"{facts['cores']} cores of {facts['processor']}", f"begun {facts['begun']}"]
    return ", ".join(words) + "."


def ended(part: Part) -> str:
    """How long a part took and what it did."""
    text = f"{part.seconds:.1f} s; {part.passed} passed, {part.failed} failed."
    return f"{text} **{part.ended}**" if part.ended else text


def shown(row: Row) -> str:
    """A value with its unit."""
    value = row.value if isinstance(row.value, str) else number(row.value)
    return f"{value} {row.unit}".strip().replace("|", "\\|")


def number(value: float) -> str:
    """A number with three digits, whole where it is."""
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e9):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.3g}"
