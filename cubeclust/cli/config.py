"""Settings from a TOML file, under the names of the command line's options."""

import difflib
import tomllib
from pathlib import Path
from typing import Any

import click

from cubeclust.errors import InputError


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


def defaults(path: Path, table: dict[str, Any], command: click.Command) -> dict[str, Any]:
    """Values of the table as click's default_map wants them: option's Python name -> value.

    Raises:
        InputError: a key that is no option (names the nearest one), or a value of the wrong kind.
    """
    options = {
        max(option.opts, key=len).removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option) and option.name not in ("config", "help")
    }
    values = {}
    for key, value in table.items():
        if key not in options:
            raise InputError(f"{path}: no option is called {key!r}{_nearest(key, list(options))}.")
        option = options[key]
        values[str(option.name)] = _value(path, key, value, option)
    return values


def _nearest(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
    return f"; the nearest is {near[0]!r}" if near else ""


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
