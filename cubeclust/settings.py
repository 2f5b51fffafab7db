"""Settings: dataclass fields that carry their help, bounds and choices, from which command line and checks are made."""

import dataclasses
from collections.abc import Iterator
from enum import StrEnum
from functools import reduce
from math import isfinite
from numbers import Integral, Real
from operator import or_
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from cubeclust.errors import InputError

Crop = tuple[int, int, int, int]  # spaxels off the left, right, bottom and top border
Bytes = Annotated[int, "bytes"]
Names = Annotated[
    tuple[str, ...], "names"
]  # one option that lists them, NAME,NAME; a plain tuple is an option to repeat
Numbers = Annotated[tuple[int, ...], "numbers"]  # likewise, LO:HI[:STEP] or N,N


class Panel(StrEnum):
    """Headings of the help, in their order."""

    METHOD = "Method"
    INPUT = "Input"
    AREA = "Area"
    REST_FRAME = "Rest frame"
    WAVELENGTHS = "Wavelengths"
    MEASUREMENT = "Measurement"
    IMPORT = "Velocities of another tool"
    FLAGS = "Flags"
    SKY = "Sky"
    PREPROCESSING = "Preprocessing"
    SETTINGS = "Settings of the method"
    OUTPUT = "Output"
    COMPUTATION = "Computation"
    TERMINAL = "Terminal"


@dataclasses.dataclass(frozen=True)
class Declaration:
    """What a setting means and takes; a field without a default is annotated with it.

    panel              heading of the help that it stands under
    name, short        of the option where it is not the field's name: --class, -o
    metavar            what stands for its value in the help
    shown              the default in words where the value does not show what happens
    minimum, maximum   inclusive bounds; above is an exclusive lower one; each member of a tuple lies within them
    choices            the words allowed; a Literal states them by itself
    argument           it has a place on the command line in place of a name
    """

    help: str
    panel: Panel = Panel.SETTINGS
    name: str = ""
    short: str = ""
    metavar: str = ""
    shown: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()
    argument: bool = False


def setting(default: Any, help: str, **declared: Any) -> Any:
    """A dataclass field with a default and what is `declared` of it: the fields of Declaration."""
    return dataclasses.field(default=default, metadata={"declaration": Declaration(help, **declared)})


def preset(default: Any) -> Any:
    """Dataclass field that the METHODS table sets: part of the method's name, not an option."""
    return dataclasses.field(default=default)


def as_in(record: Any, name: str, **changed: Any) -> Any:
    """Dataclass field declared as that of another record, but for the fields of Declaration that are `changed`."""
    (field,) = (field for field in option_fields(record) if field.name == name)
    declared = dataclasses.replace(declaration(field), **changed)
    return dataclasses.field(default=field.default, metadata={"declaration": declared})


def option_fields(record: Any) -> Iterator[dataclasses.Field[Any]]:
    """Yield the fields of a record (or its class) that are declared."""
    return (field for field in dataclasses.fields(record) if _declared(field) is not None)


def declaration(field: dataclasses.Field[Any]) -> Declaration:
    """What was declared of a field of `option_fields`, with the choices of a Literal."""
    declared = _declared(field)
    assert declared is not None, field.name
    words = get_args(kind(field)) if get_origin(kind(field)) is Literal else ()
    return dataclasses.replace(declared, choices=words) if words else declared


def _declared(field: dataclasses.Field[Any]) -> Declaration | None:
    notes = field.type.__metadata__ if get_origin(field.type) is Annotated else ()  # type: ignore[union-attr]
    return next((note for note in notes if isinstance(note, Declaration)), field.metadata.get("declaration"))


def kind(field: dataclasses.Field[Any]) -> Any:
    """Annotation of a field without its declaration and without None."""
    hint: Any = field.type
    if get_origin(hint) is Annotated:
        notes = tuple(note for note in hint.__metadata__ if not isinstance(note, Declaration))
        hint = Annotated[(hint.__origin__, *notes)] if notes else hint.__origin__
    return reduce(or_, (each for each in get_args(hint) if each is not NoneType)) if _is_union(hint) else hint


def option_name(field: dataclasses.Field[Any]) -> str:
    """Name of the option, which is also its key in a TOML file, without dashes before it."""
    return declaration(field).name or field.name.replace("_", "-")


def check(record: Any) -> None:
    """Raise InputError if a setting of the record is not of its kind, or outside of its bounds or choices."""
    for field in option_fields(record):
        value, declared = getattr(record, field.name), declaration(field)
        name = field.name if declared.argument else f"--{option_name(field)}"
        if not _fits(value, field.type):
            raise InputError(f"{name} is {value!r}: give {_words(field.type)}.")
        for each in value if isinstance(value, tuple) else () if value is None else (value,):
            if cure := _cure(each, declared):
                raise InputError(f"{name} is {each!r}: {cure}.")


def _cure(value: Any, declared: Declaration) -> str:
    """What to give in place of a value that is not allowed; "" for one that is."""
    if isinstance(value, str):
        return f"choose one of {', '.join(declared.choices)}" if value not in (declared.choices or (value,)) else ""
    if isinstance(value, Real) and not isinstance(value, Integral) and not isfinite(value):
        return "give a value that is a finite number"
    low, high, above = declared.minimum, declared.maximum, declared.above
    if low is not None and not value >= low:
        return f"give a value of at least {low}"
    if high is not None and not value <= high:
        return f"give a value of at most {high}"
    return f"give a value above {above}" if above is not None and not value > above else ""


_NUMBERS: dict[Any, tuple[type, str]] = {int: (Integral, "a whole number"), float: (Real, "a number")}


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of the annotated kind."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _fits(value, args[0])
    if _is_union(hint):
        return any(_fits(value, each) for each in args)
    if origin is Literal:
        return isinstance(value, str) and value in args
    if origin is tuple:
        kinds = args[:1] * len(value) if args[1:] == (...,) else args
        return isinstance(value, tuple) and len(value) == len(kinds) and all(map(_fits, value, kinds))
    if hint in _NUMBERS:
        return isinstance(value, _NUMBERS[hint][0]) and not isinstance(value, bool)
    return isinstance(value, hint)


def _words(hint: Any) -> str:
    """The annotated kind in words."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _words(args[0])
    if _is_union(hint):
        return " or ".join(map(_words, args))
    if origin is Literal:
        return " or ".join(map(repr, args))
    if origin is tuple:
        return f"a tuple of {'any number' if args[1:] == (...,) else len(args)}, each {_words(args[0])}"
    if hint in _NUMBERS:
        return _NUMBERS[hint][1]
    return {NoneType: "None", str: "a text", bool: "True or False", Path: "a Path"}.get(hint, f"a {hint.__name__}")


def from_json(hint: Any, value: Any) -> Any:
    """Value of a field of the annotated kind from the text, number, list or None that JSON has in its place."""
    args = get_args(hint)
    if get_origin(hint) is Annotated:
        return from_json(args[0], value)
    if _is_union(hint):
        return value if any(_fits(value, each) for each in args if each is not str) else from_json(args[0], value)
    if get_origin(hint) is tuple:
        return tuple(from_json(args[0], each) for each in value)
    return hint.parse(value) if hasattr(hint, "parse") else hint(value)


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType)
