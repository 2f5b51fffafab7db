"""cubeclust: clusters the spectra of integral-field data cubes and writes class maps."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what editors and type checkers see; the table below is what Python does
    from cubeclust.class_map import ClassMap as ClassMap
    from cubeclust.clustering import Clustering as Clustering
    from cubeclust.cube import Cube as Cube
    from cubeclust.errors import InputError as InputError
    from cubeclust.io.cubes.cube_file import open_cube as open_cube
    from cubeclust.io.cubes.read import read_cube as read_cube
    from cubeclust.io.cubes.sample import sample_cube as sample_cube
    from cubeclust.methods import METHODS as METHODS
    from cubeclust.pipelines.apply import apply_settings as apply_settings
    from cubeclust.pipelines.merge import merge as merge
    from cubeclust.pipelines.run.forecast import Forecast as Forecast
    from cubeclust.pipelines.run.forecast import forecast as forecast
    from cubeclust.pipelines.run.pipeline import Run as Run
    from cubeclust.pipelines.run.pipeline import run as run
    from cubeclust.pipelines.run.settings import RunSettings as RunSettings
    from cubeclust.pipelines.select.pipeline import select as select
    from cubeclust.pipelines.select.settings import ScanSettings as ScanSettings
    from cubeclust.quality import Quality as Quality
    from cubeclust.spectra import Spectra as Spectra
    from cubeclust.spectroscopy.windows import Window as Window

__version__ = "0.1.0"

_PUBLIC = {
    "ClassMap": "cubeclust.class_map",
    "Clustering": "cubeclust.clustering",
    "Cube": "cubeclust.cube",
    "Forecast": "cubeclust.pipelines.run.forecast",
    "InputError": "cubeclust.errors",
    "METHODS": "cubeclust.methods",
    "Quality": "cubeclust.quality",
    "Run": "cubeclust.pipelines.run.pipeline",
    "RunSettings": "cubeclust.pipelines.run.settings",
    "ScanSettings": "cubeclust.pipelines.select.settings",
    "Spectra": "cubeclust.spectra",
    "Window": "cubeclust.spectroscopy.windows",
    "apply_settings": "cubeclust.pipelines.apply",
    "forecast": "cubeclust.pipelines.run.forecast",
    "merge": "cubeclust.pipelines.merge",
    "open_cube": "cubeclust.io.cubes.cube_file",
    "read_cube": "cubeclust.io.cubes.read",
    "run": "cubeclust.pipelines.run.pipeline",
    "sample_cube": "cubeclust.io.cubes.sample",
    "select": "cubeclust.pipelines.select.pipeline",
}
__all__ = [*_PUBLIC]  # noqa: PLE0604 (names, read from the table)

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import a public name when it is first used, so that `cubeclust --help` loads nothing heavy."""
        if name not in _PUBLIC:
            raise AttributeError(f"module 'cubeclust' has no attribute {name!r}")
        return getattr(import_module(_PUBLIC[name]), name)
