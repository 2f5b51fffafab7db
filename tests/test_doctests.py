"""Examples in docstrings print what stands there."""

import doctest
from importlib import import_module
from pkgutil import iter_modules

import pytest

PACKAGES = ("spectroscopy", "statistics", "classes")


def modules(package: str) -> list[str]:
    name = f"cubeclust.{package}"
    return [f"{name}.{module.name}" for module in iter_modules(import_module(name).__path__)]


@pytest.mark.parametrize("module", [name for package in PACKAGES for name in modules(package)])
def test_examples(module: str) -> None:
    assert doctest.testmod(import_module(module)).failed == 0


@pytest.mark.parametrize("package", PACKAGES)
def test_package_has_examples(package: str) -> None:
    found = [each for name in modules(package) for each in doctest.DocTestFinder().find(import_module(name))]
    assert any(each.examples for each in found)
