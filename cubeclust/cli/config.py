"""Settings from a TOML file, under the names of the command line's options."""

import difflib
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from cubeclust.cli.terminal import Terminal
from cubeclust.errors import InputError

_NO_KEYS = {"help", *(field.name for field in fields(Terminal))}


def load(path: Path) -> dict[str, Any]:
    """Read the keys and values of a TOML file, keys with dashes.

    Raises:
        InputError: no such file, or no TOML.
    """
    try:
        with path.open("rb") as stream:
            table = tomllib.load(stream)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; check --config.") from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as TOML ({error}); correct it.") from error
    return {key.replace("_", "-"): value for key, value in table.items()}


def defaults(path: Path, table: dict[str, Any], command: click.Command, others: dict[str, list[str]]) -> dict[str, Any]:
    """Values of the table as click's default_map wants them: option's Python name -> value.

    others names, for options of other methods, the methods that have them.

    Raises:
        InputError: a key that is no option (names the nearest one), or a value of the wrong kind.
    """
    options = {
        name.lstrip("-"): option
        for option in command.params
        if isinstance(option, click.Option) and option.name not in _NO_KEYS
        for name in option.opts
    }
    values = {}
    for key, value in table.items():
        if key not in options:
            raise InputError(f"{path}: {_unknown(key, list(options), others)}.")
        option = options[key]
        values[str(option.name)] = _value(path, key, value, option)
    return values


def _unknown(key: str, known: list[str], others: dict[str, list[str]]) -> str:
    """What is wrong with a key that this run has no option for, and the cure."""
    if key in others:
        return f"{key!r} is an option of {', '.join(others[key])}, not of this run's method; remove it"
    words = [name for name in known if len(name) > 1]
    return f"no option is called {key!r}; the nearest is {difflib.get_close_matches(key, words, n=1, cutoff=0.0)[0]!r}"


def _value(path: Path, key: str, value: Any, option: click.Option) -> Any:
    """Text for click to convert, a list of texts for an option that repeats, a bool for a flag."""
    if isinstance(value, dict):
        raise InputError(f"{path}: [{key}] is a table; give {key} = value at the top level.")
    if option.is_flag:
        if not isinstance(value, bool):
            raise InputError(f"{path}: {key} is {value!r}; give true or false.")
        return value
    items = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    return items if option.multiple else ",".join(items)
