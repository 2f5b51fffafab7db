"""Packages that only some commands need."""

from importlib.util import find_spec

from cubeclust.errors import InputError

_DISTRIBUTIONS = {"ot": "POT"}  # what pip calls a module's package, where the two differ


def require_package(module: str, user: str) -> None:
    """Raise InputError, which names `user` as what needs it, unless the package that has the module is installed."""
    if find_spec(module) is None:
        package = _DISTRIBUTIONS.get(module, module)
        raise InputError(f"{user} needs the package {package}, which is not installed; run: pip install {package}.")
