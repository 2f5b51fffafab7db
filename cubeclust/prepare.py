"""From a cube file to the features that a method clusters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cubeclust import memory
from cubeclust.errors import InputError
from cubeclust.io.cube_files import CubeFile
from cubeclust.io.cubes import crop_area, read_cube
from cubeclust.io.masks import read_mask
from cubeclust.methods.protocol import Clusterer
from cubeclust.preprocessing.gaps import FillGaps
from cubeclust.preprocessing.normalize import SEED_BAND, NormalizeBand, default_band
from cubeclust.preprocessing.scaling import SCALINGS, Scaling
from cubeclust.preprocessing.selection import MaskSpaxels, SignalToNoise
from cubeclust.preprocessing.windows import SelectWindows, Window
from cubeclust.progress import Progress
from cubeclust.quality import MEANING, Quality
from cubeclust.run_settings import RunSettings
from cubeclust.spectra import Spectra

_LARGEST = 1e15  # feature whose square, summed over a large cube, still fits float32


class Step(Protocol):
    """A step of the preprocessing."""

    def apply(self, spectra: Spectra) -> Spectra:
        """Return the spectra after the step; the input stays as it is."""


@dataclass(frozen=True)
class Plan:
    """What a run will read and do, decided from the headers alone.

    read holds the channels (n_wave,) to be read, band the one of the normalization.
    """

    cube_file: CubeFile
    rows: slice
    columns: slice
    read: np.ndarray
    band: Window | None
    steps: dict[str, Step]
    scale: str
    need: int


@dataclass(frozen=True)
class Prepared:
    """Spectra ready for a method.

    spectra is normalized but unscaled, features scaled; white_light (NY, NX) is the mean flux read, in flux_unit;
    log has a sentence for each step with what it left.
    """

    spectra: Spectra
    features: Spectra
    scaling: Scaling
    white_light: np.ndarray
    flux_unit: str
    log: tuple[str, ...]


def plan(cube_file: CubeFile, settings: RunSettings, clusterer: Clusterer, progress: Progress) -> Plan:
    """Resolve windows, band, masks and memory; InputError where they do not fit the cube."""
    rows, columns = crop_area(cube_file, settings.crop)
    wavelength = cube_file.wavelength
    windows = SelectWindows(settings.window, settings.exclude)
    features = windows.channels(wavelength)
    read = features.copy()
    steps: dict[str, Step] = {}
    if settings.mask is not None:
        steps[f"mask {settings.mask}"] = MaskSpaxels(read_mask(settings.mask, cube_file.frame))
    band = _band(settings, wavelength, features, windows.excludes(wavelength), progress)
    if band is not None:
        if band is SEED_BAND or settings.normalize_band != "auto":
            read |= band.channels(wavelength) & ~windows.excludes(wavelength)
        steps[f"normalized by the mean in {band} Angstrom"] = NormalizeBand(band)
    if not np.array_equal(read, features):
        steps["feature windows"] = windows
    least = "" if settings.min_snr is None else f" of at least {settings.min_snr:g}"
    steps[f"signal to noise{least}"] = SignalToNoise(settings.min_snr)
    steps[f"missing samples: at most {settings.max_nan:g} of a spectrum, interpolated"] = FillGaps(settings.max_nan)
    n_spaxels = (rows.stop - rows.start) * (columns.stop - columns.start)
    n_features = int(features.sum())
    need = memory.run_need(
        n_spaxels,
        int(read.sum()),
        n_features,
        with_variance="variance" in cube_file.hdus,
        method=clusterer.memory(n_spaxels, n_features),
    )
    return Plan(cube_file, rows, columns, read, band, steps, settings.scale or clusterer.default_scale, need)


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
            f"--normalize-band {band} holds no channel that is not excluded: the cube covers "
            f"{wavelength[0]:.1f}:{wavelength[-1]:.1f} Angstrom; choose another band or none."
        )
    return band


def prepare(plan: Plan, progress: Progress, timed: Callable[[str], None]) -> Prepared:
    """Read the cube and carry out the steps; `timed` is told when reading ends.

    Raises:
        InputError: nothing is left to cluster.
    """
    cube = read_cube(
        plan.cube_file,
        plan.rows,
        plan.columns,
        plan.read,
        lambda role, done, total: progress.advance(f"read {role}", done, total),
    )
    white_light, flux_unit, has_sky = cube.white_light(), cube.unit, cube.wcs is not None
    spectra = Spectra.of(cube)
    del cube
    timed("read")
    log = [f"read {_part(plan)}: {len(spectra)} spectra with data, {spectra.n_wave} channels"]
    if not has_sky:
        log.append("no celestial WCS: areas and positions are unknown")
        progress.say(log[-1])
    for name, step in plan.steps.items():
        _require_some(spectra)
        spectra = step.apply(spectra)
        log.append(f"{name}: {len(spectra)} spectra, {spectra.n_wave} channels")
    _require_some(spectra)
    scaling = SCALINGS[plan.scale].fit(spectra)
    spectra = spectra.keep(scaling.unusable(spectra))
    _require_some(spectra)
    features = scaling.apply(spectra)
    _require_moderate(features)
    log.append(f"scale {plan.scale}: {len(spectra)} spectra, {spectra.n_wave} channels")
    return Prepared(spectra, features, scaling, white_light, flux_unit, tuple(log))


def _part(plan: Plan) -> str:
    """The part of the cube that was read, in words: rows and columns counted from 0, ends left out."""
    masked = f", not masked by {plan.cube_file.hdus['mask']}" if "mask" in plan.cube_file.hdus else ""
    wavelength = plan.cube_file.wavelength[plan.read]
    return (
        f"x {plan.columns.start}:{plan.columns.stop}, y {plan.rows.start}:{plan.rows.stop}, "
        f"{wavelength[0]:.2f}:{wavelength[-1]:.2f} Angstrom{masked}"
    )


def _require_some(spectra: Spectra) -> None:
    if len(spectra) == 0:
        reasons = "; ".join(f"{count} {MEANING[bit]}" for bit, count in reason_counts(spectra.quality).items())
        raise InputError(f"every spaxel is left out: {reasons}; loosen the masks or choose another window or band.")


def _require_moderate(features: Spectra) -> None:
    """Raise InputError for samples whose squares would overflow float32 sums; they are damage, not signal."""
    largest = np.concatenate([np.abs(features.flux[rows]).max(axis=1) for rows in features.blocks()])
    row = int(largest.argmax())
    if not largest[row] < _LARGEST:
        raise InputError(
            f"the spectrum at x = {features.x[row]}, y = {features.y[row]} (from 0) reaches {largest[row]:.3g} "
            "after scaling, which is damage; leave it out by --mask, or exclude the channel by --exclude."
        )


def reason_counts(quality: np.ndarray) -> dict[Quality, int]:
    """Count the spaxels with each quality bit that occurs."""
    counts = {bit: int(np.count_nonzero(quality & bit)) for bit in MEANING}
    return {bit: count for bit, count in counts.items() if count}
