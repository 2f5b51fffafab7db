"""Velocities of many spectra: stars first, then gas in what they leave."""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import torch

from cubeclust.kinematics.absorption import Absorption, quiet_channels
from cubeclust.kinematics.absorption_lines import Marks, marks_of
from cubeclust.kinematics.correlation import Correlated, correlate
from cubeclust.kinematics.line_fit import LineFit, fit_lines
from cubeclust.kinematics.line_model import Spectrograph
from cubeclust.kinematics.line_windows import LinesInRange
from cubeclust.kinematics.mean_stars import MeanStars, proven
from cubeclust.kinematics.noise import noise_correlation
from cubeclust.kinematics.residuals import Prepared
from cubeclust.kinematics.stars import Shapes, StarsMoved, correlate_stars
from cubeclust.kinematics.template import Template, mean_template

DETECTED = 3.0  # standard deviations at which a line counts
_SEEN = 25.0  # gain of chi2 from which gas or stars are seen
_SURE_GAS = 100.0  # gain of chi2 from which gas says how spectra are aligned at first
_EMISSION = 0.25  # of the continuum: residuals over it are the gas's
_ROUNDS = 3  # of template and velocities by lines
_REFINED = 2  # of template and velocities by itself


@dataclass(frozen=True)
class Instrument:
    """What all spectra of a cube share.

    wavelength (n_wave,) and edges (n_wave + 1,) Angstrom in `medium`; velocities up to `search` km/s about redshift z;
    lsf (n_lines,) Angstrom of the lines in range; noise (n_lags,) correlation of neighboring channels; quiet (n_wave,)
    bool, channels without lines of the night sky and bands of the air. Where lines of stars are in range, marks are
    those, template is their mean spectrum, and stars is what tells their velocities.
    """

    wavelength: np.ndarray
    edges: np.ndarray
    medium: str
    z: float
    search: float
    lines: LinesInRange
    lsf: np.ndarray
    noise: torch.Tensor
    quiet: np.ndarray
    marks: Marks | None = None
    template: Template | None = None
    stars: Shapes | None = None


@dataclass(frozen=True)
class Measured:
    """Velocities of n spectra, km/s about the redshift; of gas, with its error by noise and in all, and of stars.

    correlated is the velocity of the gas by correlation, before the fit. snr of the gas is that of all lines together;
    h3 and h4 are the Gauss-Hermite moments of the lines over their errors in h3_snr, h4_snr. Arrays are float64 (n,),
    flux and flux_error (n, n_lines).
    """

    gas: np.ndarray
    gas_noise: np.ndarray
    gas_error: np.ndarray
    gas_snr: np.ndarray
    correlated: np.ndarray
    disagreement: np.ndarray
    sigma: np.ndarray
    n_lines: np.ndarray
    h3: np.ndarray
    h3_snr: np.ndarray
    h4: np.ndarray
    h4_snr: np.ndarray
    flux: np.ndarray
    flux_error: np.ndarray
    stars: np.ndarray
    stars_error: np.ndarray
    stars_snr: np.ndarray

    @classmethod
    def joined(cls, parts: list["Measured"]) -> Self:
        """Measurements of several blocks of spectra, one after another."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))


def measure(flux: torch.Tensor, variance: torch.Tensor | None, by: Instrument) -> Measured:
    """Velocities of the spectra flux (n, n_wave) float32, NaN where unknown."""
    prepared = Prepared.of(flux, variance)
    stars = _stars(prepared, by)
    residual = prepared.residual if stars is None else _without_stars(prepared, stars, by)
    if not len(by.lines):
        return _joined(None, None, stars, len(flux))
    first = correlate(residual, prepared.weight, by.edges, by.lines, by.lsf, z=by.z, search=by.search)
    return _joined(first, _fitted(residual, prepared, first, by), stars, len(flux))


def with_template(flux: torch.Tensor, variance: torch.Tensor | None, by: Instrument) -> Instrument:
    """The instrument with the noise's correlation and the stellar template that these spectra show."""
    prepared = Prepared.of(flux, variance)
    noise = noise_correlation(prepared.residual, prepared.weight)
    by = replace(by, noise=noise, quiet=quiet_channels(prepared.weight, by.wavelength))
    spectra = Absorption.of(prepared, by.quiet)
    if not (spectra.weight > 0).any():
        return by
    velocity = torch.zeros(len(flux), dtype=torch.float64, device=flux.device)
    gas = velocity > 0
    if len(by.lines):
        found = correlate(prepared.residual, prepared.weight, by.edges, by.lines, by.lsf, z=by.z, search=by.search)
        velocity = torch.where(found.gain > _SURE_GAS, found.velocity, 0).double()
        gas = found.gain > _SEEN
    for _ in range(_ROUNDS):
        template = mean_template(spectra, velocity, gas, by.wavelength, medium=by.medium, z=by.z)
        marks = marks_of(template, by.medium)
        if marks is None:
            return by
        moved = correlate_stars(spectra, by.wavelength, marks, noise, z=by.z, search=by.search)
        velocity = torch.where(moved.gain > _SEEN, moved.velocity, velocity).double()
    by = replace(by, marks=marks, template=template, stars=marks)
    return _with_mean(by, template, spectra, moved, gas)


def _with_mean(
    by: Instrument, template: Template, spectra: Absorption, by_lines: StarsMoved, gas: torch.Tensor
) -> Instrument:
    """The instrument with the mean spectrum as what tells velocities, if it follows the lines."""
    for _ in range(_REFINED):
        mean = MeanStars.of(template, by.medium)
        moved = correlate_stars(spectra, by.wavelength, mean, by.noise, z=by.z, search=by.search)
        zero = proven(moved, by_lines, _SEEN)
        if zero is None:
            return by
        velocity = torch.where(moved.gain > _SEEN, moved.velocity - zero, by_lines.velocity).double()
        template = mean_template(spectra, velocity, gas, by.wavelength, medium=by.medium, z=by.z)
    return replace(by, template=template, stars=MeanStars.of(template, by.medium))


def _stars(prepared: Prepared, by: Instrument) -> StarsMoved | None:
    if by.stars is None:
        return None
    spectra = Absorption.of(prepared, by.quiet)
    return correlate_stars(spectra, by.wavelength, by.stars, by.noise, z=by.z, search=by.search)


def _without_stars(prepared: Prepared, stars: StarsMoved, by: Instrument) -> torch.Tensor:
    """Residuals (n, n_wave) less the template, as strong as each spectrum shows it."""
    assert by.template is not None
    velocity = torch.where(stars.gain > _SEEN, stars.velocity, 0).double().cpu().numpy()
    level = prepared.continuum.nan_to_num(0.0).clamp(min=0)
    shape = level * torch.from_numpy(by.template.at(by.wavelength, velocity, by.z)).to(level)
    weighted = prepared.weight * shape * (prepared.residual < _EMISSION * level)
    strength = (weighted * prepared.residual).sum(dim=1) / (weighted * shape).sum(dim=1).clamp(min=1e-30)
    return prepared.residual - strength.clamp(0, 2)[:, None] * shape


def _fitted(residual: torch.Tensor, prepared: Prepared, first: Correlated, by: Instrument) -> LineFit:
    edges, lsf = (torch.as_tensor(values, device=residual.device) for values in (by.edges, by.lsf))
    seen = Spectrograph(edges, by.lines, lsf, by.z, by.noise.to(residual.device))
    return fit_lines(residual, prepared.weight, seen, first.velocity.double(), first.sigma.double())


def _joined(first: Correlated | None, fit: LineFit | None, stars: StarsMoved | None, n: int) -> Measured:
    """Everything as arrays; NaN for what was not measured."""
    unknown, none = torch.full((n,), torch.nan), torch.zeros(n)
    values = {
        "stars": unknown if stars is None else stars.velocity,
        "stars_error": unknown if stars is None else stars.error,
        "stars_snr": none if stars is None else stars.gain.sqrt(),
    }
    if fit is None or first is None:
        nothing = dict.fromkeys(
            ("gas", "gas_noise", "gas_error", "correlated", "disagreement", "sigma", "h3", "h4"), unknown
        )
        nothing |= dict.fromkeys(("gas_snr", "n_lines", "h3_snr", "h4_snr"), none)
        values |= nothing | dict.fromkeys(("flux", "flux_error"), torch.zeros(n, 0))
    else:
        ratio = (fit.flux / fit.flux_error.clamp(min=1e-300)).nan_to_num(0.0)
        values |= {
            "gas": fit.velocity,
            "gas_noise": fit.velocity_noise,
            "gas_error": fit.velocity_error,
            "disagreement": fit.disagreement,
            "gas_snr": ((ratio.clamp(min=0) ** 2).sum(dim=1) - ratio.shape[1] / 2).clamp(min=0).sqrt(),
            "correlated": first.velocity,
            "sigma": fit.sigma,
            "n_lines": (ratio > DETECTED).sum(dim=1),
            "h3": fit.h3,
            "h3_snr": fit.h3.abs() / fit.h3_error,
            "h4": fit.h4,
            "h4_snr": fit.h4.abs() / fit.h4_error,
            "flux": fit.flux,
            "flux_error": fit.flux_error,
        }
    return Measured(**{name: value.double().cpu().numpy() for name, value in values.items()})
