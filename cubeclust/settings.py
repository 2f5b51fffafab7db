"""Settings of a method: dataclass fields that carry their help, bounds and choices."""

import dataclasses
from collections.abc import Iterator
from math import isfinite
from typing import Any

from cubeclust.errors import InputError


def setting(
    default: Any,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Dataclass field of a method's setting; the command line makes an option of it.

    minimum and maximum are inclusive bounds, above is an exclusive lower one; choices lists the words allowed.
    """
    return dataclasses.field(
        default=default,
        metadata={"help": help, "minimum": minimum, "maximum": maximum, "above": above, "choices": choices},
    )


def preset(default: Any) -> Any:
    """Dataclass field that the METHODS table sets: part of the method's name, not an option."""
    return dataclasses.field(default=default, metadata={"preset": True})


def option_fields(method: Any) -> Iterator[dataclasses.Field]:
    """Yield the fields of a method (class or record) that are options."""
    return (field for field in dataclasses.fields(method) if not field.metadata.get("preset"))


def check(method: Any) -> None:
    """Raise InputError if a setting of the record lies outside its bounds or choices."""
    for field in option_fields(method):
        value, bounds = getattr(method, field.name), field.metadata
        name = "--" + field.name.replace("_", "-")
        if bounds["choices"] and value not in bounds["choices"]:
            raise InputError(f"{name} is {value!r}: choose one of {', '.join(bounds['choices'])}.")
        if isinstance(value, float) and not isfinite(value):
            raise InputError(f"{name} is {value}: give a value that is a finite number.")
        if bounds["minimum"] is not None and not value >= bounds["minimum"]:
            raise InputError(f"{name} is {value}: give a value of at least {bounds['minimum']}.")
        if bounds["maximum"] is not None and not value <= bounds["maximum"]:
            raise InputError(f"{name} is {value}: give a value of at most {bounds['maximum']}.")
        if bounds["above"] is not None and not value > bounds["above"]:
            raise InputError(f"{name} is {value}: give a value above {bounds['above']}.")
