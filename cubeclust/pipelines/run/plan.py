"""What a run will read and do, decided from the headers alone."""

from dataclasses import dataclass

import numpy as np

from cubeclust.classes.names import Parent
from cubeclust.errors import InputError
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.methods.protocol import Clusterer
from cubeclust.pipelines.run.area import Area, Step
from cubeclust.pipelines.run.fitted_model import Fitted
from cubeclust.pipelines.run.redshifts import Velocities
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.preprocessing.gaps import FillGaps
from cubeclust.preprocessing.normalize import SEED_BAND, NormalizeBand, default_band
from cubeclust.preprocessing.onto_grid import OntoGrid
from cubeclust.preprocessing.rest_frame import RestFrame, far_spaxels
from cubeclust.preprocessing.scaling import Scaling
from cubeclust.preprocessing.spaxels import SignalToNoise
from cubeclust.preprocessing.wavelengths import SelectChannels, SelectWindows
from cubeclust.runtime import memory
from cubeclust.runtime.progress import Progress
from cubeclust.spectroscopy.channels import Channels
from cubeclust.spectroscopy.windows import Window
from cubeclust.velocities.field import repeated_redshift

_ROUNDING = 1e-6  # Angstrom between the edges of channels that touch


@dataclass(frozen=True)
class ChannelPlan:
    """What happens along the wavelength.

    read        (n_wave,) bool: channels of the cube to be read
    grid        channels on which the spectra are normalized
    n_features  how many of them enter the method
    band        that of the normalization
    steps       from the spectra as read to the features, by what the log calls them
    """

    read: np.ndarray
    grid: Channels
    n_features: int
    band: Window | None
    steps: dict[str, Step]

    @property
    def averaged(self) -> str:
        """First and last wavelength of each run of channels that the normalization averages; "none" without it."""
        if self.band is None:
            return "none"
        grid = self.grid.only(self.band.channels(self.grid.wavelength))
        runs = np.split(grid.wavelength, 1 + np.flatnonzero(grid.low[1:] > grid.high[:-1] + _ROUNDING))
        return ",".join(f"{run[0]:.2f}:{run[-1]:.2f}" for run in runs)


@dataclass(frozen=True)
class Plan:
    """What a run will read and do.

    The scaling is one to be fitted, by its name `scale`, or one that a fitted model brings; memory is that of each
    stage in bytes. parent is the class that is, or that the fitted model has, clustered again; None for the whole cube.
    """

    cube_file: CubeFile
    area: Area
    channels: ChannelPlan
    scale: str
    memory: dict[str, int]
    scaling: Scaling | None
    parent: Parent | None

    @property
    def steps(self) -> dict[str, Step]:
        """All of the preprocessing before the scaling, by what the log calls it."""
        return self.area.steps | self.channels.steps

    @property
    def need(self) -> int:
        """Bytes of memory at the peak."""
        return max(self.memory.values())


def plan(
    cube_file: CubeFile,
    settings: RunSettings,
    area: Area,
    clusterer: Clusterer,
    progress: Progress,
    *,
    fitted: Fitted | None = None,
) -> Plan:
    """Resolve rest frame, windows, band and memory; InputError where they do not fit the cube.

    With a fitted model the spectra are brought onto its channels, and through its scaling.
    """
    if fitted is None:
        channels = _chosen_channels(cube_file, settings, area, progress)
        method = clusterer.memory(area.size, channels.n_features)
    else:
        channels = _fitted_channels(cube_file, settings, area, fitted)
        method = 64 * area.size * clusterer.n_clusters + memory.BLOCK
    with_variance = "variance" in cube_file.hdus
    n_read, n_features = max(int(channels.read.sum()), len(channels.grid)), channels.n_features
    return Plan(
        cube_file,
        area,
        channels,
        scale=settings.scale or clusterer.default_scale,
        memory=memory.stages(area.size, n_read, n_features, with_variance=with_variance, method=method),
        scaling=None if fitted is None else fitted.scaling,
        parent=area.parent if fitted is None else fitted.parent,
    )


def _chosen_channels(cube_file: CubeFile, settings: RunSettings, area: Area, progress: Progress) -> ChannelPlan:
    """Channels that the settings ask for; windows and band are at rest where velocities are known."""
    rest = None if area.velocities is None else _rest_frame(area.velocities, cube_file.wavelength, progress)
    wavelength = cube_file.wavelength if rest is None else rest.wavelength
    windows = SelectWindows(settings.window, settings.exclude)
    features, excluded = windows.channels(wavelength), windows.excludes(wavelength)
    band = _band(settings, wavelength, features, excluded, progress)
    working = features
    if band is not None and (band is SEED_BAND or settings.normalize_band != "auto"):
        working = features | band.channels(wavelength) & ~excluded
    steps: dict[str, Step] = {}
    if rest is None:
        read, grid = working, Channels.of(wavelength).only(working)
    else:
        rest = rest.only(working)
        read, grid = rest.sources, rest.made
        steps[f"rest frame: {rest}"] = rest
    if band is not None:
        steps[f"normalized by the mean in {band} Angstrom"] = NormalizeBand(band)
    if not np.array_equal(working, features):
        steps["feature windows"] = windows
    return ChannelPlan(read, grid, int(features.sum()), band, steps | _last_steps(settings, FillGaps(settings.max_nan)))


def _fitted_channels(cube_file: CubeFile, settings: RunSettings, area: Area, fitted: Fitted) -> ChannelPlan:
    """Channels of a fitted model."""
    velocities = area.velocities
    fitted.require_like(cube_file.axis.medium, None if velocities is None else velocities.option)
    onto = OntoGrid(fitted.grid, cube_file.wavelength, None if velocities is None else velocities.redshift)
    onto.require_met(area.entering, resample=settings.resample)
    steps: dict[str, Step] = {str(onto): onto}
    band = fitted.settings.normalize_band
    if isinstance(band, Window):
        steps[f"normalized by the mean in {band} Angstrom"] = NormalizeBand(band)
    steps["features of the model"] = SelectChannels(fitted.wavelength)
    steps |= _last_steps(settings, FillGaps(settings.max_nan, every_channel=True))
    read = onto.sources(area.entering)
    return ChannelPlan(read, fitted.grid, len(fitted.wavelength), band if isinstance(band, Window) else None, steps)


def _last_steps(settings: RunSettings, gaps: FillGaps) -> dict[str, Step]:
    """Steps on the features."""
    least = "" if settings.min_snr is None else f" of at least {settings.min_snr:g}"
    return {
        f"signal to noise{least}": SignalToNoise(settings.min_snr),
        f"missing samples: at most {settings.max_nan:g} of a spectrum, interpolated": gaps,
    }


def _rest_frame(velocities: Velocities, observed: np.ndarray, progress: Progress) -> RestFrame:
    """Rest frame of the spaxels entering, announced; those that shorten it much are pointed out."""
    z = velocities.redshift[velocities.entering]
    far = far_spaxels(z, observed)
    if far:
        progress.say(
            f"{far} spaxels with outlying velocities shorten the common rest range much (--mask leaves them out)"
        )
    repeated = repeated_redshift(z) if velocities.field is None else None  # a measurement has flags and bins
    if repeated is not None:
        value, count = repeated
        progress.say(f"{count} spaxels have exactly z = {value:.6g}; if that means none, set them to NaN in the map")
    rest = RestFrame.of(velocities.redshift, velocities.entering, observed, velocities.option)
    progress.say(f"rest frame: {rest}; windows and band are rest wavelengths")
    return rest


def _band(
    settings: RunSettings, wavelength: np.ndarray, features: np.ndarray, excluded: np.ndarray, progress: Progress
) -> Window | None:
    """Band of the normalization, announced where it was not named."""
    band = settings.normalize_band
    if isinstance(band, str):
        band, why = default_band(wavelength, features, excluded)
        progress.say(why)
    elif band is not None and not (band.channels(wavelength) & ~excluded).any():
        raise InputError(
            f"--normalize-band {band} holds no channel that is not excluded: the spectra cover "
            f"{wavelength[0]:.1f}:{wavelength[-1]:.1f} Angstrom; choose another band or none."
        )
    return band
