"""`cubeclust methods`."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import click

from cubeclust.cli.command import Command
from cubeclust.cli.terminal import Terminal
from cubeclust.methods import DEFAULT_METHOD, METHODS, Method
from cubeclust.settings import declaration, option_fields, option_name


@dataclass(frozen=True)
class OptionEntry:
    """An option of a method as --json prints it."""

    name: str
    type: str
    default: Any
    help: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class MethodEntry:
    """A method as --json prints it; gpu: whether it can use one."""

    name: str
    summary: str
    paper: str
    scale: str
    gpu: bool
    options: tuple[OptionEntry, ...]


def methods(values: dict[str, Any], terminal: Terminal) -> None:
    """List the clustering methods with their paper and options."""
    entries = [_entry(name, method) for name, method in METHODS.items()]
    if terminal.json:
        click.echo(json.dumps([asdict(entry) for entry in entries], indent=2))
        return
    width = max(map(len, METHODS))
    for entry in entries:
        default = "  (default)" if entry.name == DEFAULT_METHOD else ""
        click.echo(f"{entry.name:{width}} {entry.summary}{default}")
        click.echo(f"{'':{width}} {entry.paper}; scale {entry.scale}")
        click.echo(f"{'':{width}} " + " ".join(f"--{option.name}" for option in entry.options) + "\n")
    click.echo("Options of a method in full: cubeclust run --method NAME --help")


def _entry(name: str, method: Method) -> MethodEntry:
    cls = method.load()
    options = tuple(
        OptionEntry(
            option_name(field),
            field.type.__name__ if isinstance(field.type, type) else str(field.type),
            field.default,
            declaration(field).help,
            declaration(field).choices,
        )
        for field in option_fields(cls)
    )
    return MethodEntry(name, method.summary, str(cls.paper), str(cls.default_scale), bool(cls.uses_gpu), options)


command: Command = Command(methods, (), terminal=("json",), examples=("cubeclust methods --json",))
