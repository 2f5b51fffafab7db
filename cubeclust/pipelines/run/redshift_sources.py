"""Velocities of --redshift auto: measured before the spectra are read, or assumed for a forecast."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cubeclust.classes.names import Parent
from cubeclust.errors import InputError
from cubeclust.io.atomic import require_free
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.pipelines.redshift import pipeline
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.pipelines.run.area import Area
from cubeclust.pipelines.run.fitted_model import Fitted
from cubeclust.pipelines.run.redshifts import Velocities
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.runtime.progress import Progress
from cubeclust.spectroscopy.channels import Channels
from cubeclust.spectroscopy.windows import Window

_AUTO = "--redshift auto"
# Settings that a measurement shares with the run.
_SHARED = ("cube", "mask", "hdu", "variance_hdu", "variance_kind", "mask_hdu", "wavelength_unit", "device", "memory")


@dataclass(frozen=True)
class Measuring:
    """Measures the velocities of --redshift auto, once it is known that nothing stands where the products go.

    products gives the paths of all products by the cube's stem and the class within; timed is told the stages.
    """

    settings: RunSettings
    products: Callable[[str, Parent | None], Mapping[str, Path]]
    progress: Progress
    timed: Callable[[str], None]

    def __call__(self, cube_file: CubeFile, area: Area) -> Velocities:
        """Velocities of the spaxels entering the area, announced; they are measured in the rectangle that holds it."""
        self._require_free(cube_file.stem, area.parent)
        self.timed("open")
        field = pipeline.estimate(measured_with(self.settings, cube_file, area), self.progress)
        self.timed("redshift")
        velocities = Velocities.of(_AUTO, "velocities measured", field, area.entering)
        self.progress.say(velocities.summary)
        return velocities

    def _require_free(self, stem: str, parent: Parent | None) -> None:
        """Raise InputError where products exist; velocities that exist can be given."""
        overwrite, kept = self.settings.overwrite, self.settings.measured(stem, parent)["velocity.fits"]
        if kept.exists() and not overwrite:
            raise InputError(
                f"{kept}: exists already; give --redshift {kept} to use it, or --overwrite to measure anew."
            )
        require_free(self.products(stem, parent).values(), overwrite=overwrite)


@dataclass(frozen=True)
class Assuming:
    """Stands in for a measurement in a forecast: all spaxels at one redshift, and none left out."""

    settings: RunSettings
    fitted: Fitted | None
    progress: Progress

    def __call__(self, cube_file: CubeFile, area: Area) -> Velocities:
        """The redshift for all spaxels entering the area, announced."""
        z = assumed_redshift(Channels.of(cube_file.wavelength), self._asked())
        self.progress.say(f"velocities are not measured here: all spaxels are counted, as though at z = {z:.4g}")
        return Velocities.unflagged(_AUTO, "velocities unknown", np.full(cube_file.frame, z), area.entering)

    def _asked(self) -> list[float]:
        """Wavelengths at rest that the spectra have to reach, Angstrom."""
        if self.fitted is not None:
            return [self.fitted.grid.low[0], self.fitted.grid.high[-1]]
        windows = [
            window for window in (*self.settings.window, self.settings.normalize_band) if isinstance(window, Window)
        ]
        return [edge for window in windows for edge in (window.low, window.high)]


def assumed_redshift(channels: Channels, asked: list[float]) -> float:
    """0 if the channels hold all wavelengths that are asked for, else the redshift with both about one middle.

    The middle is that of the logarithms, so that whatever fits into the channels does so then.
    """
    low, high = channels.low[0], channels.high[-1]
    if not asked or low <= min(asked) <= max(asked) <= high:
        return 0.0
    return float(np.sqrt(low * high / (min(asked) * max(asked))) - 1)


def measured_with(settings: RunSettings, cube_file: CubeFile, area: Area) -> RedshiftSettings:
    """Settings of the measurement on the rectangle of the area."""
    ny, nx = cube_file.frame
    crop = (area.columns.start, nx - area.columns.stop, area.rows.start, ny - area.rows.stop)
    return RedshiftSettings(**{name: getattr(settings, name) for name in _SHARED}, crop=crop, command=settings.command)
