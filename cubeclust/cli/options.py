"""Options of the command line, made of declared settings."""

from collections.abc import Container
from dataclasses import MISSING, Field, replace
from typing import Any, NamedTuple

import click

from cubeclust.cli.types import repeats, type_of
from cubeclust.settings import Declaration, Panel, declaration, kind, option_fields, option_name

_UNBOUNDED = 1e5  # a maximum from here on bounds nothing that a user would give, and is not printed


class Row(NamedTuple):
    """Line of the help: its panel, the name with what it takes, the meaning."""

    panel: Panel
    name: str
    meaning: str


class Option(click.Option):
    """An option with its line of the help."""

    def __init__(self, names: list[str], row: Row, **attributes: Any) -> None:
        super().__init__(names, **attributes)
        self.row = row


class Argument(click.Argument):
    """An argument with its line of the help."""

    def __init__(self, names: list[str], row: Row, **attributes: Any) -> None:
        super().__init__(names, **attributes)
        self.row = row


def options_of(record: Any, but: Container[str] = ()) -> list[click.Parameter]:
    """Parameters of all declared settings of a record but of the fields named."""
    return [option_of(field) for field in option_fields(record) if field.name not in but]


def option_of(field: Field[Any], default: Any = MISSING, **changed: Any) -> click.Parameter:
    """Parameter of a declared setting, with another default or with fields of its declaration changed."""
    declared = replace(declaration(field), **changed)
    taken, placeholder = type_of(kind(field), declared.choices)
    placeholder = declared.metavar or placeholder
    if declared.argument:
        row = Row(declared.panel, field.name.upper(), _meaning(declared, None, placeholder))
        needed = field.default is MISSING
        return Argument([field.name], row, type=taken, nargs=-1 if repeats(kind(field)) else 1, required=needed)
    default = field.default if default is MISSING else default
    meaning = _meaning(declared, default, placeholder)
    spelled, shown = _names(field, declared, placeholder)
    flag = kind(field) is bool
    return Option(
        [field.name, *spelled],
        Row(declared.panel, shown, meaning),
        type=None if flag else taken,
        is_flag=flag,
        metavar=None if flag else placeholder,
        **({"required": True} if default is MISSING else {"default": default}),
        multiple=repeats(kind(field)),
        help=meaning,
    )


def _names(field: Field[Any], declared: Declaration, placeholder: str) -> tuple[list[str], str]:
    """Names of an option as click takes them, and as the help prints them with what the option takes.

    A flag that a TOML file can set has a negative form, by which the command line can take it back.
    """
    name, short = option_name(field), [declared.short] if declared.short else []
    long = spelled = f"--{name}"
    if kind(field) is bool and declared.panel is not Panel.TERMINAL:
        long, spelled = f"--[no-]{name}", f"--{name}/--no-{name}"
    return [spelled, *short], ", ".join([*short, f"{long} {placeholder}".rstrip()])


def _meaning(declared: Declaration, default: Any, placeholder: str) -> str:
    """The help with choices, default and bounds where the name does not show them."""
    listed = "|".join(declared.choices)
    choices = f"  One of {', '.join(declared.choices)}." if declared.choices and placeholder != listed else ""
    facts = (
        "required" if default is MISSING and not declared.argument else "",
        f"default: {shown}" if (shown := declared.shown or _text(default)) else "",
        _range(declared),
    )
    stated = "; ".join(fact for fact in facts if fact)
    return declared.help + choices + (f"  [{stated}]" if stated else "")


def _range(declared: Declaration) -> str:
    """The bounds of a value on both sides; "" without an upper one."""
    if declared.maximum is None or declared.maximum >= _UNBOUNDED:
        return ""
    least = f"above {declared.above:g}" if declared.minimum is None else f"{declared.minimum:g}"
    return f"{least} to {declared.maximum:g}"


def _text(default: Any) -> str:
    """A default as the user would give it; "" for none."""
    if default is None or default is MISSING or isinstance(default, bool):
        return ""
    if isinstance(default, float):
        return f"{default:g}"
    return ",".join(default) if isinstance(default, tuple) else str(default)
