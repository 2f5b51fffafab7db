"""`cubeclust methods`."""

import json
from typing import Any

import click

from cubeclust.cli.command import Command
from cubeclust.cli.terminal import Terminal
from cubeclust.methods import DEFAULT_METHOD, METHODS, Method
from cubeclust.settings import declaration, option_fields


def methods(values: dict[str, Any], terminal: Terminal) -> None:
    """List the clustering methods with their paper and options."""
    entries = [_describe(name, method) for name, method in METHODS.items()]
    if terminal.json:
        click.echo(json.dumps(entries, indent=2))
        return
    width = max(map(len, METHODS))
    for entry in entries:
        default = "  (default)" if entry["name"] == DEFAULT_METHOD else ""
        click.echo(f"{entry['name']:{width}} {entry['summary']}{default}")
        click.echo(f"{'':{width}} {entry['paper']}; scale {entry['scale']}")
        click.echo(f"{'':{width}} " + " ".join(f"--{option['name']}" for option in entry["options"]) + "\n")
    click.echo("Options of a method in full: cubeclust run --method NAME --help")


def _describe(name: str, method: Method) -> dict[str, Any]:
    cls = method.load()
    options = [
        {
            "name": field.name.replace("_", "-"),
            "type": field.type.__name__ if isinstance(field.type, type) else str(field.type),
            "default": field.default,
            "help": declaration(field).help,
            "choices": list(declaration(field).choices),
        }
        for field in option_fields(cls)
    ]
    return {
        "name": name,
        "summary": method.summary,
        "paper": cls.paper,
        "scale": cls.default_scale,
        "gpu": cls.uses_gpu,
        "options": options,
    }


command = Command(methods, (), terminal=("json",), examples=("cubeclust methods --json",))
