"""Which channels a run reads, normalizes on and clusters, and the steps along the wavelength."""

from dataclasses import dataclass

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.pipelines.run.area import Area
from cubeclust.pipelines.run.fitted_model import FittedModel
from cubeclust.pipelines.run.parts import SpectraSettings
from cubeclust.pipelines.run.redshifts import Redshifts
from cubeclust.preprocessing.gaps import FillGaps
from cubeclust.preprocessing.normalize import SEED_BAND, NormalizeBand, default_band
from cubeclust.preprocessing.onto_grid import OntoGrid
from cubeclust.preprocessing.outliers import SetOutliersApart
from cubeclust.preprocessing.rest_frame import RestFrame, far_spaxels
from cubeclust.preprocessing.spaxels import SignalToNoise
from cubeclust.preprocessing.spikes import MaskSpikes
from cubeclust.preprocessing.steps import Step
from cubeclust.preprocessing.wavelengths import SelectChannels, SelectWindows
from cubeclust.runtime.progress import Progress
from cubeclust.spectroscopy.channels import Channels
from cubeclust.spectroscopy.windows import Window
from cubeclust.velocities.field import repeated_redshift

_ROUNDING = 1e-6  # Angstrom between the edges of channels that touch


@dataclass(frozen=True)
class ChannelPlan:
    """Channels of a run.

    read        (n_wave,) bool: channels of the cube to be read
    grid        channels on which the spectra are normalized
    n_features  how many of them enter the method
    band        that of the normalization
    steps       from the spectra as read to the features, by their names in the log
    """

    read: np.ndarray
    grid: Channels
    n_features: int
    band: Window | None
    steps: dict[str, Step]

    def averaged(self, band: Window | None) -> str:
        """First and last wavelength of each run of channels that a normalization averages; "none" without it."""
        if band is None:
            return "none"
        grid = self.grid.only(band.channels(self.grid.wavelength))
        runs = np.split(grid.wavelength, 1 + np.flatnonzero(grid.low[1:] > grid.high[:-1] + _ROUNDING))
        return ",".join(f"{run[0]:.2f}:{run[-1]:.2f}" for run in runs)


def chosen_channels(cube_file: CubeFile, asked: SpectraSettings, area: Area, progress: Progress) -> ChannelPlan:
    """Channels that the settings ask for; windows and band are at rest where redshifts are known.

    Raises:
        InputError: windows, band or redshifts that do not fit the cube.
    """
    rest = None if area.redshifts is None else _rest_frame(area.redshifts, cube_file.wavelength, progress)
    wavelength = cube_file.wavelength if rest is None else rest.wavelength
    windows = SelectWindows(asked.window, asked.exclude)
    features, excluded = windows.channels(wavelength), windows.excludes(wavelength)
    band = _band(asked, wavelength, features, excluded, progress)
    working = features
    if band is not None and (band is SEED_BAND or asked.normalize_band != "auto"):
        working = features | band.channels(wavelength) & ~excluded
    steps = _normalization(band, optional=asked.normalize_band == "auto")
    steps |= _samples(asked) | _last_steps(asked, FillGaps(asked.max_nan)) | _outliers(asked)
    if not np.array_equal(working, features):
        steps["feature windows"] = windows
    if rest is None:
        read, grid = working, Channels.of(wavelength).only(working)
    else:
        rest = rest.only(working)
        read, grid = rest.sources, rest.made
        steps[f"rest frame: {rest}"] = rest
    return ChannelPlan(read, grid, int(features.sum()), band, steps)


def fitted_channels(
    cube_file: CubeFile, asked: SpectraSettings, area: Area, fitted: FittedModel, *, resample: bool
) -> ChannelPlan:
    """Channels of a fitted model, onto which the spectra are brought; `resample` allows it where theirs differ.

    Raises:
        InputError: spectra that do not fit the model.
    """
    redshifts = area.redshifts
    fitted.require_like(cube_file.axis.medium, None if redshifts is None else redshifts.option)
    onto = OntoGrid(fitted.grid, cube_file.wavelength, None if redshifts is None else redshifts.redshift)
    onto.require_met(area.entering, resample=resample)
    band = fitted.spectra.normalize_band
    band = band if isinstance(band, Window) else None
    steps = _normalization(band) | _samples(asked) | _last_steps(asked, FillGaps(asked.max_nan, every_channel=True))
    steps |= {str(onto): onto, "features of the model": SelectChannels(fitted.wavelength)}
    return ChannelPlan(onto.sources(area.entering), fitted.grid, len(fitted.wavelength), band, steps)


def _normalization(band: Window | None, *, optional: bool = False) -> dict[str, Step]:
    return {} if band is None else {f"normalization by the mean in {band} Angstrom": NormalizeBand(band, optional)}


def _samples(asked: SpectraSettings) -> dict[str, Step]:
    """Steps on single samples, before they are averaged or resampled."""
    return {f"single samples of {asked.spikes:g} times their noise": MaskSpikes(asked.spikes)} if asked.spikes else {}


def _outliers(asked: SpectraSettings) -> dict[str, Step]:
    """Steps on the spectra that enter a fit."""
    return {} if asked.outliers == "keep" else {f"outliers: {asked.outliers}": SetOutliersApart(asked.outliers)}


def _last_steps(asked: SpectraSettings, gaps: FillGaps) -> dict[str, Step]:
    """Steps on the features."""
    least = "" if asked.min_snr is None else f" of at least {asked.min_snr:g}"
    return {
        f"signal to noise{least}": SignalToNoise(asked.min_snr),
        f"missing samples: at most {asked.max_nan:g} of a spectrum, interpolated": gaps,
    }


def _rest_frame(redshifts: Redshifts, observed: np.ndarray, progress: Progress) -> RestFrame:
    """Rest frame of the spaxels entering, announced together with the number of spaxels that shorten it much."""
    z = redshifts.redshift[redshifts.entering]
    far = far_spaxels(z, observed)
    if far:
        progress.say(
            f"{far} spaxels with outlying velocities shorten the common rest range much (--mask leaves them out)"
        )
    repeated = repeated_redshift(z) if redshifts.field is None else None  # a measurement has flags and bins
    if repeated is not None:
        value, count = repeated
        progress.say(f"{count} spaxels have exactly z = {value:.6g}; if that means none, set them to NaN in the map")
    rest = RestFrame.of(redshifts.redshift, redshifts.entering, observed, redshifts.option)
    progress.say(f"rest frame: {rest}; windows and band are rest wavelengths")
    return rest


def _band(
    asked: SpectraSettings, wavelength: np.ndarray, features: np.ndarray, excluded: np.ndarray, progress: Progress
) -> Window | None:
    """Band of the normalization, announced where it was not named."""
    band = asked.normalize_band
    if isinstance(band, str):
        band, why = default_band(wavelength, features, excluded)
        progress.say(why)
    elif band is not None and not (band.channels(wavelength) & ~excluded).any():
        raise InputError(
            f"--normalize-band {band} holds no channel that is not excluded: the spectra cover "
            f"{wavelength[0]:.1f}:{wavelength[-1]:.1f} Angstrom; choose another band or none."
        )
    return band
