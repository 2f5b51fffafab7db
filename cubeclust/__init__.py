"""cubeclust: clusters the spectra of integral-field data cubes and writes class maps."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "ClassMap": "cubeclust.class_map",
    "Clustering": "cubeclust.clustering",
    "Cube": "cubeclust.cube",
    "InputError": "cubeclust.errors",
    "METHODS": "cubeclust.methods",
    "Quality": "cubeclust.quality",
    "Run": "cubeclust.pipelines.run.pipeline",
    "RunSettings": "cubeclust.pipelines.run.settings",
    "ScanSettings": "cubeclust.pipelines.select.settings",
    "Spectra": "cubeclust.spectra",
    "Window": "cubeclust.preprocessing.wavelengths",
    "apply_settings": "cubeclust.pipelines.run.fitted_model",
    "merge": "cubeclust.pipelines.merge",
    "open_cube": "cubeclust.io.cubes.cube_file",
    "read_cube": "cubeclust.io.cubes.read",
    "run": "cubeclust.pipelines.run.pipeline",
    "sample_cube": "cubeclust.io.cubes.sample",
    "select": "cubeclust.pipelines.select.pipeline",
}
__all__ = [*_PUBLIC]  # noqa: PLE0604 (names, read from the table)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `cubeclust --help` loads nothing heavy."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'cubeclust' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)
