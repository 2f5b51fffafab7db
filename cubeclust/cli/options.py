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


def option_of(field: Field, default: Any = MISSING, **changed: Any) -> click.Parameter:
    """Parameter of a declared setting, with another default or with fields of its declaration changed."""
    declared = replace(declaration(field), **changed)
    default = field.default if default is MISSING else default
    taken, placeholder = type_of(kind(field), declared.choices)
    placeholder = declared.metavar or placeholder
    meaning = _meaning(declared, default, placeholder)
    if declared.argument:
        row = Row(declared.panel, field.name.upper(), meaning)
        several = -1 if repeats(kind(field)) else 1
        return Argument([field.name], row, type=taken, nargs=several, required=True, metavar=declared.metavar or None)
    name = option_name(field)
    negative = f"/--no-{name}" if kind(field) is bool and declared.panel is not Panel.TERMINAL else ""
    shown = f"--[no-]{name}" if negative else f"--{name} {placeholder}"
    value = {"is_flag": True} if kind(field) is bool else {"type": taken, "metavar": placeholder}
    return Option(
        [field.name, f"--{name}{negative}", *([declared.short] if declared.short else [])],
        Row(declared.panel, ", ".join([*([declared.short] if declared.short else []), shown.strip()]), meaning),
        default=None if default is MISSING else default,
        required=default is MISSING,
        multiple=repeats(kind(field)),
        help=meaning,
        **value,
    )


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
