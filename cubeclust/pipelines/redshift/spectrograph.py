"""Velocities measured on the spectra of a cube, block by block."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.cubes.row_blocks import RowBlocks
from cubeclust.kinematics.judgement import Limits
from cubeclust.kinematics.line_windows import LinesInRange
from cubeclust.kinematics.measure import Instrument, Measured, measure, with_template
from cubeclust.kinematics.systemic import HIGHEST, LOWEST, SURE, Systemic, find_redshift
from cubeclust.runtime.progress import Progress
from cubeclust.spectra import Spectra
from cubeclust.spectroscopy.channels import channel_edges
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import EMISSION
from cubeclust.spectroscopy.lsf import FWHM, muse_lsf

if TYPE_CHECKING:
    from torch import Tensor

_FEWEST = 16  # channels
# Spectra that are measured at a time: 120,000 operations for any number of them, which a GPU has to start singly.
_TOGETHER = {"cpu": 1024, "cuda": 8192}
_FEWEST_TOGETHER = 64
_BRIGHTEST = 2048  # spectra that make the template of the stars

Profile = Callable[[np.ndarray], np.ndarray]  # wavelengths -> standard deviation of the instrument's profile, Angstrom


@dataclass(frozen=True)
class Search:
    """How velocities are searched: up to `reach` km/s about the systemic one, in the medium of the wavelengths.

    cube is the name in messages; limits are those beyond which a velocity misleads.
    """

    cube: str
    medium: str
    reach: float
    limits: Limits
    profile: Profile
    device: str
    progress: Progress


@dataclass(frozen=True)
class FirstLook:
    """Mean of all spectra (n_wave,) float64, and the brightest of them."""

    mean: np.ndarray
    brightest: Spectra


def first_look(blocks: RowBlocks) -> FirstLook:
    """Mean spectrum and brightest spectra of a cube.

    Raises:
        InputError: too few channels, no spaxel with data, no positive variance.
    """
    path, n_wave = blocks.cube_file.path, blocks.cube_file.shape[0]
    if n_wave < _FEWEST:
        raise InputError(f"{path}: {n_wave} channels are too few to measure a velocity; at least {_FEWEST} are needed.")
    total = count = 0.0
    brightest: Spectra | None = None
    for spectra in blocks:
        known = np.isfinite(spectra.flux)
        total = total + np.where(known, spectra.flux, 0).sum(axis=0, dtype=np.float64)
        count = count + known.sum(axis=0)
        best = _brightest(spectra)
        brightest = best if brightest is None else _brightest(_stacked(brightest, best))
    if brightest is None:
        raise InputError(f"{path}: no spaxel that is left has data; widen --crop or loosen --mask.")
    if brightest.variance is not None and not np.isfinite(brightest.variance).any():
        raise InputError(
            f"{path}: no variance is positive; name its HDU by --variance-hdu, or none to take the scatter of channels."
        )
    with np.errstate(invalid="ignore"):
        return FirstLook(total / np.where(count == 0, np.nan, count), brightest)


def _brightest(spectra: Spectra) -> Spectra:
    """The spectra of the highest signal to noise, or flux where there is no variance."""
    if len(spectra) <= _BRIGHTEST:
        return spectra
    with np.errstate(all="ignore"):
        level = np.nanmedian(spectra.flux[:, ::8], axis=1)
        noise = 1.0 if spectra.variance is None else np.sqrt(np.nanmedian(spectra.variance[:, ::8], axis=1))
        order = np.argsort(-np.nan_to_num(level / noise, nan=-np.inf), kind="stable")
    return spectra.sample(np.sort(order[:_BRIGHTEST]))


def _stacked(first: Spectra, second: Spectra) -> Spectra:
    """The rows of both."""
    variance = None
    if first.variance is not None and second.variance is not None:
        variance = np.concatenate([first.variance, second.variance])
    flux, y, x, snr = (
        np.concatenate([getattr(first, name), getattr(second, name)]) for name in ("flux", "y", "x", "snr")
    )
    return replace(first, flux=flux, variance=variance, y=y, x=x, snr=snr)


def systemic_redshift(light: FirstLook, given: float | None, search: Search) -> tuple[float, float]:
    """Redshift of the object: the one given unless the mean spectrum contradicts it; without one, that of the spectrum.

    With it comes the confidence, NaN for the one given.

    Raises:
        InputError: no line in range at any redshift, or none near the one given while another is clear.
    """
    wavelength = light.brightest.wavelength
    best = find_redshift(wavelength, light.mean, search.medium)
    if given is not None:
        near = find_redshift(wavelength, light.mean, search.medium, *_around(given, search.reach))
        _require_consistent(search.cube, given, best, near)
        return given, float("nan")
    if best is None:
        raise InputError(
            f"{search.cube}: no known line lies in {wavelength[0]:.0f}:{wavelength[-1]:.0f} Angstrom at "
            f"a redshift from {LOWEST:g} to {HIGHEST:g}; give the velocities by --velocity-map."
        )
    sure = "" if best.sure else "; this is uncertain: state it by --guess or --z"
    search.progress.say(
        f"systemic redshift {_redshift(best.z)}, the score of its lines {best.confidence:.1f} times that of the next "
        f"best, {best.rival:.4f}{sure}"
    )
    return best.z, best.confidence


def _around(z: float, reach: float) -> tuple[float, float]:
    width = (1 + z) * reach / LIGHT_SPEED
    return z - width, z + width


def _redshift(z: float) -> str:
    return f"{z:.5f} ({z * LIGHT_SPEED:.0f} km/s)"


def _require_consistent(cube: str, given: float, best: Systemic | None, near: Systemic | None) -> None:
    """Raise InputError where lines are clear at another redshift than the one given, or none is in range there."""
    if near is None:
        raise InputError(
            f"{cube}: no known line is in range at the redshift {_redshift(given)}; correct --guess or --z."
        )
    if best is not None and best.sure and near.score * SURE < best.score:
        raise InputError(
            f"{cube}: the lines do not lie at the redshift {_redshift(given)} but at {_redshift(best.z)}; correct "
            "--guess or --z, or leave them out."
        )


def instrument_of(light: FirstLook, z: float, search: Search) -> Instrument:
    """Lines in range, noise and stellar template of a cube at a redshift; InputError where no line is in range."""
    import torch

    wavelength = light.brightest.wavelength
    lines = LinesInRange.of(EMISSION, search.medium, wavelength, z, search.reach)
    bare = Instrument(
        wavelength=wavelength,
        edges=channel_edges(wavelength),
        medium=search.medium,
        z=z,
        search=search.reach,
        lines=lines,
        lsf=search.profile(lines.rest * (1 + z)),
        noise=torch.ones(1, dtype=torch.float64),
        quiet=np.ones(len(wavelength), bool),
    )
    flux, variance = tensors(light.brightest, slice(None), search.device)
    instrument = with_template(flux, variance, bare)
    if not len(lines) and instrument.absorption is None:
        raise InputError(
            f"{search.cube}: no known line is in range at z = {z:.5f} between {wavelength[0]:.0f} and "
            f"{wavelength[-1]:.0f} Angstrom, up to {search.reach:g} km/s off; correct --guess, narrow --search, or "
            "give a --velocity-map."
        )
    return instrument


def measured(spectra: Spectra, instrument: Instrument, search: Search, stage: str, before: int = 0) -> Measured:
    """Velocities of spectra, some at a time; progress of the stage counts from `before`.

    A GPU that runs out of memory takes fewer at a time; torch.OutOfMemoryError where that does not help.
    """
    import torch

    parts, start, together = [], 0, _TOGETHER[search.device]
    while start < len(spectra):
        try:
            parts.append(measure(*tensors(spectra, slice(start, start + together), search.device), instrument))
            start += together
        except torch.OutOfMemoryError:
            if together <= _FEWEST_TOGETHER:
                raise
            if together == _TOGETHER[search.device]:
                search.progress.say("the GPU is out of memory: fewer spectra at a time")
            together //= 2
        search.progress.advance(stage, before + min(start, len(spectra)), None)
    return Measured.joined(parts)


def tensors(spectra: Spectra, rows: slice, device: str) -> "tuple[Tensor, Tensor | None]":
    """Flux and variance of some spectra on the device, variance None where there is none."""
    import torch

    flux = torch.from_numpy(np.ascontiguousarray(spectra.flux[rows])).to(device)
    if spectra.variance is None:
        return flux, None
    return flux, torch.from_numpy(np.ascontiguousarray(spectra.variance[rows])).to(device)


def line_profile(layout: str, fwhm: float | None) -> Profile:
    """Profile of an instrument: of a width in Angstrom, or MUSE's own; none where it is not known."""
    if fwhm is not None:
        return lambda wavelength: np.full(len(wavelength), fwhm / FWHM)
    return muse_lsf if layout == "MUSE" else lambda wavelength: np.zeros(len(wavelength))
