"""Parameter types of the command line."""

import re
from pathlib import Path
from typing import Any

import click


class WindowType(click.ParamType):
    """LO:HI in Angstrom -> (low, high)."""

    name = "LO:HI"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Return (low, high), low under high."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"\s*([0-9.eE+]+)\s*:\s*([0-9.eE+]+)\s*", str(value))
        try:
            low, high = (float(text) for text in match.groups()) if match else (0.0, 0.0)
        except ValueError:
            low = high = 0.0
        if not low < high:
            self.fail(f"{value!r} is no window; write LO:HI in Angstrom, such as 4800:6800.", param, ctx)
        return low, high


class BandType(WindowType):
    """LO:HI, auto or none -> (low, high), "auto" or None."""

    name = "LO:HI|auto|none"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the word auto, None for none, else the window."""
        if str(value).lower() in ("auto", "none"):
            return str(value).lower()
        return super().convert(value, param, ctx)


class RedshiftType(click.ParamType):
    """none, auto or a file -> None, "auto" or its path; ./auto is a file of that name."""

    name = "none|auto|FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return None for none, the word auto, else the path."""
        return {"none": None, "auto": "auto"}.get(value, Path(value))


class CropType(click.ParamType):
    """N or LEFT,RIGHT,BOTTOM,TOP -> four numbers of spaxels."""

    name = "N|LEFT,RIGHT,BOTTOM,TOP"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return (left, right, bottom, top)."""
        if isinstance(value, tuple):
            return value
        parts = str(value).split(",")
        if len(parts) not in (1, 4) or not all(part.strip().isascii() and part.strip().isdigit() for part in parts):
            self.fail(
                f"{value!r} is no crop; give one number of spaxels or four: LEFT,RIGHT,BOTTOM,TOP.",
                param,
                ctx,
            )
        numbers = tuple(int(part) for part in parts)
        return numbers * 4 if len(numbers) == 1 else numbers


class MemoryType(click.ParamType):
    """SIZE such as 4GB, 800MB, 2GiB -> bytes."""

    name = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return bytes."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kKMGT])(i?)B?\s*", str(value))
        if not match:
            self.fail(f"{value!r} is no size; write a number with a unit, such as 4GB or 800MB.", param, ctx)
        number, prefix, binary = match.groups()
        return int(float(number) * (1024 if binary else 1000) ** ("kMGT".index(prefix.replace("K", "k")) + 1))


class NumbersType(click.ParamType):
    """LO:HI, LO:HI:STEP or N,N,... -> numbers."""

    name = "LO:HI[:STEP]|N,N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return every number of the parts between commas, both ends included."""
        if isinstance(value, tuple):
            return value
        numbers: list[int] = []
        for part in str(value).split(","):
            match = re.fullmatch(r"\s*(\d+)(?::(\d+)(?::(\d+))?)?\s*", part, re.ASCII)
            first, last, step = (int(text) for text in match.groups(default="0")) if match else (0, 0, 0)
            found = range(first, (last or first) + 1, step or 1)
            if not (match and first and found):
                self.fail(f"{value!r} names no numbers; write such as 2:40, 2:40:2 or 4,8,16.", param, ctx)
            numbers += found
        return tuple(numbers)


class WordsType(click.ParamType):
    """NAME,NAME,... -> names; some words stand for names of their own."""

    def __init__(self, **standing: tuple[str, ...]) -> None:
        self.standing = standing
        self.name = "|".join([*standing, "NAMES"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names."""
        if isinstance(value, tuple):
            return value
        return self.standing.get(str(value).strip(), tuple(word.strip() for word in str(value).split(",")))
