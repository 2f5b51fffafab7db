"""Parameter types of the command line, by the annotated kind of a setting."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import click

from cubeclust.settings import Bytes, Crop, Names, Numbers
from cubeclust.spectroscopy.windows import Window

if TYPE_CHECKING:
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # which takes no type before click 8.2

_NARROW = 24  # letters of choices that are printed beside the option's name


class WindowType(ParamType):
    """LO:HI in Angstrom -> Window."""

    name: str = "LO:HI"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the window, low under high."""
        if isinstance(value, Window):
            return value
        match = re.fullmatch(r"\s*([0-9.eE+]+)\s*:\s*([0-9.eE+]+)\s*", str(value))
        try:
            low, high = (float(text) for text in match.groups()) if match else (0.0, 0.0)
        except ValueError:
            low = high = 0.0
        if not low < high:
            self.fail(f"{value!r} is not a window; give LO:HI in Angstrom, for example 4800:6800.", param, ctx)
        return Window(low, high)


class BandType(WindowType):
    """LO:HI, auto or none -> Window, "auto" or None."""

    name: str = "LO:HI|auto|none"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the word auto, None for none, else the window."""
        words = {"auto": "auto", "none": None}
        return words[word] if (word := str(value).lower()) in words else super().convert(value, param, ctx)


class RedshiftType(ParamType):
    """none, auto or a file -> None, "auto" or its path; ./auto is a file of that name."""

    name: str = "none|auto|FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return None for none, the word auto, else the path."""
        return {"none": None, "auto": "auto"}.get(value, Path(value))


class CropType(ParamType):
    """N or LEFT,RIGHT,BOTTOM,TOP -> four numbers of spaxels."""

    name: str = "N|LEFT,RIGHT,BOTTOM,TOP"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return (left, right, bottom, top)."""
        if isinstance(value, tuple):
            return value
        parts = str(value).split(",")
        if len(parts) not in (1, 4) or not all(part.strip().isascii() and part.strip().isdigit() for part in parts):
            self.fail(
                f"{value!r} is not a crop; give one number of spaxels or four: LEFT,RIGHT,BOTTOM,TOP.",
                param,
                ctx,
            )
        numbers = tuple(int(part) for part in parts)
        return numbers * 4 if len(numbers) == 1 else numbers


class MemoryType(ParamType):
    """SIZE such as 4GB, 800MB, 2GiB -> bytes."""

    name: str = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return bytes."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kKMGT])(i?)B?\s*", str(value))
        if not match:
            self.fail(f"{value!r} is not a size; give a number with a unit, for example 4GB or 800MB.", param, ctx)
        number, prefix, binary = match.groups()
        return int(float(number) * (1024 if binary else 1000) ** ("kMGT".index(prefix.replace("K", "k")) + 1))


class NumbersType(ParamType):
    """LO:HI, LO:HI:STEP or N,N,... -> numbers."""

    name: str = "LO:HI[:STEP]|N,N"

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
                self.fail(f"{value!r} does not list numbers; give for example 2:40, 2:40:2 or 4,8,16.", param, ctx)
            numbers += found
        return tuple(numbers)


class NamesType(ParamType):
    """NAME,NAME,... -> names; all and, where the choices are known, none stand for such tuples."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.words: dict[str, tuple[str, ...]] = {"all": choices} | ({"none": ()} if choices else {})
        self.name: str = "|".join([*self.words, "NAMES"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names."""
        if isinstance(value, tuple):
            return value
        return self.words.get(str(value).strip(), tuple(word.strip() for word in str(value).split(",")))


# Annotated kind of a setting -> its type and, where that has no name of its own, what stands for a value in the help.
_TYPES: dict[Any, tuple[ParamType, str]] = {
    bool: (click.BOOL, ""),
    int: (click.INT, "N"),
    float: (click.FLOAT, "X"),
    str: (click.STRING, "NAME"),
    Path: (click.Path(path_type=Path), "FILE"),
    Path | Literal["auto"]: (RedshiftType(), RedshiftType.name),
    Window: (WindowType(), WindowType.name),
    Window | Literal["auto"]: (BandType(), BandType.name),
    Crop: (CropType(), CropType.name),
    Bytes: (MemoryType(), MemoryType.name),
    Numbers: (NumbersType(), NumbersType.name),
}


def type_of(hint: Any, choices: tuple[str, ...]) -> tuple[ParamType, str]:
    """Type of values of the annotated kind, and what stands for one in the help; of its members for a plain tuple."""
    if hint == Names:
        names = NamesType(choices)
        return names, names.name
    if choices:
        listed = "|".join(choices)
        return click.Choice(choices), listed if len(listed) <= _NARROW else "NAME"
    return _TYPES[get_args(hint)[0] if repeats(hint) else hint]


def repeats(hint: Any) -> bool:
    """Whether an option of the annotated kind is given once for each member."""
    return hint not in (Names, Numbers) and get_args(hint)[1:] == (...,)
