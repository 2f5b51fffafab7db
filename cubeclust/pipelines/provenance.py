"""Where products come from: versions, and the cards and lines of HISTORY that all of them have."""

import platform
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cubeclust import __version__
from cubeclust.io.map_hdus import SOFTWARE, Provenance

_PACKAGES = ("numpy", "scipy", "astropy", "mpdaf", "torch", "scikit-learn", "matplotlib", "h5py")


def provenance(
    *,
    command: str,
    date: str,
    target: str,
    cube: str,
    packages: Mapping[str, str],
    of: str = "start of the run",
) -> Provenance:
    """CREATOR, DATE, OBJECT and CUBE, with command and versions as HISTORY.

    date is a `timestamp` of the moment `of`, cube the path or name of the file, packages have versions by their name.
    """
    return Provenance(
        {
            "CREATOR": (SOFTWARE, "software that made this file"),
            "DATE": (date, f"{of}, UTC"),
            "OBJECT": (target, "target of the cube"),
            "CUBE": (Path(cube).name, "file that was clustered"),
        },
        (
            f"command: {command}",
            f"version: {SOFTWARE}",
            *(f"{name} {number}" for name, number in packages.items()),
        ),
    )


def timestamp(moment: datetime) -> str:
    """Date and time to the second, as FITS and JSON state them."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def versions() -> dict[str, str]:
    """Version of Python, of cubeclust and of the packages that have a part in a run, as far as they are installed."""
    return {"python": platform.python_version(), "cubeclust": __version__} | {
        name: number for name in _PACKAGES if (number := _version(name)) is not None
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
