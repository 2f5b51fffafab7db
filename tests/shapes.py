"""Checks, in the tests alone, the shapes and types of arrays that annotations state."""

from collections.abc import Callable
from typing import Any, get_args

from beartype import beartype
from jaxtyping import AbstractArray, install_import_hook

# Where annotations have shapes: tensors in and out, and the records that carry arrays.
PACKAGES = [
    f"cubeclust.{name}"
    for name in (
        "divergences", "fisher", "kinematics", "learning", "statistics", "preprocessing", "simulation", "spectroscopy",
        "velocities", "cube", "spectra", "clustering", "class_map",
    )
]  # fmt: skip


def has_shape(hint: Any) -> bool:
    """Whether an annotation is an array with a shape, or has one inside."""
    return (isinstance(hint, type) and issubclass(hint, AbstractArray)) or any(map(has_shape, get_args(hint)))


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Check the arrays among arguments and result; names of other types may be known to type checkers alone."""
    shapes = {name: hint for name, hint in function.__annotations__.items() if has_shape(hint)}
    if not shapes:
        return function
    function.__annotations__ = shapes
    return beartype(function)


install_import_hook(PACKAGES, "shapes.checked")
