"""Packages that only some commands need."""

from importlib.util import find_spec

from cubeclust.errors import InputError

_DISTRIBUTIONS = {"ot": "POT"}  # what pip calls a module's package, where the two differ


def require_package(module: str, user: str) -> None:
    """Raise InputError unless the package of the module is installed; `user` names the feature that needs it."""
    if find_spec(module) is None:
        package = _DISTRIBUTIONS.get(module, module)
        raise InputError(f"{user} needs the package {package}, which is not installed; run: pip install {package}.")
