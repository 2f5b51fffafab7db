"""Velocities measured before the spectra of a run are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cubeclust import redshift
from cubeclust.area import Area
from cubeclust.class_names import Parent
from cubeclust.errors import InputError
from cubeclust.io.atomic import require_free
from cubeclust.io.cube_files import CubeFile
from cubeclust.progress import Progress
from cubeclust.redshift_settings import RedshiftSettings
from cubeclust.run_settings import RunSettings
from cubeclust.velocity_field import VelocityField

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

    def __call__(self, cube_file: CubeFile, area: Area) -> VelocityField:
        """Velocities of the rectangle that holds the area."""
        self._require_free(cube_file.stem, area.parent)
        self.timed("open")
        field = redshift.estimate(measured_with(self.settings, cube_file, area), self.progress)
        self.timed("redshift")
        return field

    def _require_free(self, stem: str, parent: Parent | None) -> None:
        """Raise InputError where products exist; velocities that exist can be given."""
        overwrite, kept = self.settings.overwrite, self.settings.measured(stem, parent)["velocity.fits"]
        if kept.exists() and not overwrite:
            raise InputError(
                f"{kept}: exists already; give --redshift {kept} to use it, or --overwrite to measure anew."
            )
        require_free(self.products(stem, parent).values(), overwrite=overwrite)


def measured_with(settings: RunSettings, cube_file: CubeFile, area: Area) -> RedshiftSettings:
    """Settings of the measurement on the rectangle of the area."""
    ny, nx = cube_file.frame
    crop = (area.columns.start, nx - area.columns.stop, area.rows.start, ny - area.rows.stop)
    return RedshiftSettings(**{name: getattr(settings, name) for name in _SHARED}, crop=crop, command=settings.command)
