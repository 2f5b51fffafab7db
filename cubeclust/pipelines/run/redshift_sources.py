"""Where the redshifts of a run come from: a file, a measurement before the run, or an assumption for a forecast."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from cubeclust.classes.names import Parent
from cubeclust.errors import InputError
from cubeclust.io.atomic import require_free
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.velocities.fields import read_velocity_field
from cubeclust.pipelines.redshift import pipeline
from cubeclust.pipelines.redshift.settings import RedshiftSettings
from cubeclust.pipelines.run.area import Area
from cubeclust.pipelines.run.redshifts import Redshifts
from cubeclust.pipelines.sources import VelocityMapSource
from cubeclust.runtime.progress import Progress
from cubeclust.spectroscopy.channels import Channels

_AUTO = "--redshift auto"


class RedshiftSource(Protocol):
    """Gives the redshifts of the spaxels of a cube that enter an area, announced."""

    def __call__(self, cube_file: CubeFile, area: Area) -> Redshifts:
        """Redshifts on the frame of the cube; InputError where there are none."""


def redshift_source(
    redshift: Path | Literal["auto"] | None,
    velocity_map: VelocityMapSource | None,
    progress: Progress,
    auto: RedshiftSource,
) -> RedshiftSource | None:
    """The source that --redshift or --velocity-map names, `auto` for --redshift auto; None without either."""
    source = velocity_map or redshift
    if source is None:
        return None
    return auto if source == "auto" else ReadRedshifts(source, progress)


@dataclass(frozen=True)
class ReadRedshifts:
    """Reads the redshifts of a map of `cubeclust redshift`, by its path, or of an image of another tool."""

    source: Path | VelocityMapSource
    progress: Progress

    def __call__(self, cube_file: CubeFile, area: Area) -> Redshifts:
        """The redshifts of the file; InputError for a file that does not fit the cube, or that is none of these."""
        redshifts = self._read(cube_file, area.entering)
        self.progress.say(redshifts.summary)
        return redshifts

    def _read(self, cube_file: CubeFile, asked: np.ndarray) -> Redshifts:
        if isinstance(self.source, VelocityMapSource):
            image = self.source.open(cube_file)
            return Redshifts.unflagged("--velocity-map", f"velocity map {self.source.path}, {image}", image.z, asked)
        path = self.source
        if not path.exists():
            raise InputError(f"{path}: no such file; --redshift takes none, auto or a map of `cubeclust redshift`.")
        return Redshifts.of("--redshift", f"velocities of {path}", read_velocity_field(path, cube_file), asked)


@dataclass(frozen=True)
class MeasuredRedshifts:
    """Measures the redshifts, once it is known that no product exists.

    settings are those of the measurement but for the area; products gives the paths of all products by the cube's stem
    and the class within; timed takes the name of each stage at its end.
    """

    settings: RedshiftSettings
    products: Callable[[str, Parent | None], Mapping[str, Path]]
    overwrite: bool
    progress: Progress
    timed: Callable[[str], None]

    def __call__(self, cube_file: CubeFile, area: Area) -> Redshifts:
        """Redshifts of the spaxels entering the area, measured in the rectangle that holds it."""
        self._require_free(self.products(cube_file.stem, area.parent))
        self.timed("open")
        field = pipeline.estimate(replace(self.settings, crop=area.crop(cube_file.frame)), self.progress)
        self.timed("redshift")
        redshifts = Redshifts.of(_AUTO, "velocities measured", field, area.entering)
        self.progress.say(redshifts.summary)
        return redshifts

    def _require_free(self, products: Mapping[str, Path]) -> None:
        """Raise InputError where products exist; a velocity map that exists can be given to --redshift."""
        kept = products["velocity.fits"]
        if kept.exists() and not self.overwrite:
            raise InputError(
                f"{kept}: exists already; give --redshift {kept} to use it, or --overwrite to measure anew."
            )
        require_free(products.values(), overwrite=self.overwrite)


@dataclass(frozen=True)
class AssumedRedshifts:
    """Assumes one redshift for all spaxels, in place of a measurement, and leaves none out.

    asked holds wavelengths at rest, Angstrom, that the spectra have to reach.
    """

    asked: Sequence[float]
    progress: Progress

    def __call__(self, cube_file: CubeFile, area: Area) -> Redshifts:
        """The redshift for all spaxels entering the area."""
        z = assumed_redshift(Channels.of(cube_file.wavelength), self.asked)
        self.progress.say(f"velocities are not measured for a forecast: all spaxels are counted, as if at z = {z:.4g}")
        return Redshifts.unflagged(_AUTO, "velocities unknown", np.full(cube_file.frame, z), area.entering)


def assumed_redshift(channels: Channels, asked: Sequence[float]) -> float:
    """0 if the channels hold all wavelengths that are asked for, else the redshift with both about one middle.

    The middle is that of the logarithms, so that whatever fits into the channels does so then.
    """
    low, high = channels.low[0], channels.high[-1]
    if not asked or low <= min(asked) <= max(asked) <= high:
        return 0.0
    return float(np.sqrt(low * high / (min(asked) * max(asked))) - 1)
