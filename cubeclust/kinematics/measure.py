"""Velocities of many spectra: stars first, then gas in what they leave."""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import torch
from jaxtyping import Bool, Float, Float64
from torch import Tensor

from cubeclust.kinematics.absorption import Absorption, quiet_channels
from cubeclust.kinematics.absorption_lines import AbsorptionLines, absorption_lines_of
from cubeclust.kinematics.correlation import Correlated, correlate
from cubeclust.kinematics.line_fit import LineFit, fit_lines
from cubeclust.kinematics.line_model import Spectrograph
from cubeclust.kinematics.line_windows import LinesInRange
from cubeclust.kinematics.mean_stars import MeanStars, proven
from cubeclust.kinematics.noise import noise_correlation
from cubeclust.kinematics.residuals import Residuals
from cubeclust.kinematics.stars import Shapes, StarsMoved, correlate_stars
from cubeclust.kinematics.template import Template, mean_template

DETECTED = 3.0  # standard deviations at which a line counts
_SEEN = 25.0  # gain of chi2 from which gas or stars count as detected
_SURE_GAS = 100.0  # gain of chi2 from which spectra are first aligned by their gas
_EMISSION = 0.25  # of the continuum: residuals over it are the gas's
_ROUNDS = 3  # of template and velocities by lines
_REFINED = 2  # of template and velocities by itself


@dataclass(frozen=True)
class Instrument:
    """What all spectra of a cube share.

    wavelength (n_wave,) and edges (n_wave + 1,) Angstrom in `medium`; velocities up to `search` km/s about redshift z;
    lsf (n_lines,) Angstrom of the lines in range; noise (n_lags,) correlation of neighboring channels; quiet (n_wave,)
    bool, channels without lines of the night sky and bands of the air. Where lines of stars are in range, absorption
    has those, template is their mean spectrum, and stars is what their velocities are measured with.
    """

    wavelength: Float[np.ndarray, " n_wave"]
    edges: Float[np.ndarray, " n_wave+1"]
    medium: str
    z: float
    search: float
    lines: LinesInRange
    lsf: Float[np.ndarray, " n_lines"]
    noise: Float[Tensor, " n_lags"]
    quiet: Bool[np.ndarray, " n_wave"]
    absorption: AbsorptionLines | None = None
    template: Template | None = None
    stars: Shapes | None = None

    def correlated(self, residual: Float[Tensor, "n n_wave"], weight: Float[Tensor, "n n_wave"]) -> Correlated:
        """Velocities of gas by correlation with the emission lines in range."""
        return correlate(residual, weight, self.edges, self.lines, self.lsf, z=self.z, search=self.search)

    def stars_moved(self, spectra: Absorption, lines: Shapes) -> StarsMoved:
        """Velocities of stars by correlation with absorption lines or with a mean spectrum."""
        return correlate_stars(spectra, self.wavelength, lines, self.noise, z=self.z, search=self.search)

    def mean_template(self, spectra: Absorption, velocity: Float[Tensor, " n"], gas: Bool[Tensor, " n"]) -> Template:
        """Mean stellar spectrum of sources at velocity (km/s), of which gas have emission lines."""
        return mean_template(spectra, velocity, gas, self.wavelength, medium=self.medium, z=self.z)


@dataclass(frozen=True)
class Measured:
    """Velocities of n spectra, km/s about the redshift; of gas, with its error by noise and in all, and of stars.

    correlated is the velocity of the gas by correlation, before the fit. snr of the gas is that of all lines together;
    h3 and h4 are the Gauss-Hermite moments of the lines over their errors in h3_snr, h4_snr. Arrays are float64 (n,),
    flux and flux_error (n, n_lines).
    """

    gas: Float64[np.ndarray, " n"]
    gas_noise: Float64[np.ndarray, " n"]
    gas_error: Float64[np.ndarray, " n"]
    gas_snr: Float64[np.ndarray, " n"]
    correlated: Float64[np.ndarray, " n"]
    disagreement: Float64[np.ndarray, " n"]
    sigma: Float64[np.ndarray, " n"]
    n_lines: Float64[np.ndarray, " n"]
    h3: Float64[np.ndarray, " n"]
    h3_snr: Float64[np.ndarray, " n"]
    h4: Float64[np.ndarray, " n"]
    h4_snr: Float64[np.ndarray, " n"]
    flux: Float64[np.ndarray, "n n_lines"]
    flux_error: Float64[np.ndarray, "n n_lines"]
    stars: Float64[np.ndarray, " n"]
    stars_error: Float64[np.ndarray, " n"]
    stars_snr: Float64[np.ndarray, " n"]

    @classmethod
    def joined(cls, parts: list["Measured"]) -> Self:
        """Measurements of several blocks of spectra, one after another."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))


def measure(
    flux: Float[Tensor, "n n_wave"], variance: Float[Tensor, "n n_wave"] | None, instrument: Instrument
) -> Measured:
    """Velocities of the spectra flux, NaN where unknown."""
    residuals = Residuals.of(flux, variance)
    stars = _stars(residuals, instrument)
    residual = residuals.residual if stars is None else _without_stars(residuals, stars, instrument)
    if not len(instrument.lines):
        return _joined(None, None, stars, len(flux))
    first = instrument.correlated(residual, residuals.weight)
    return _joined(first, _fitted(residual, residuals, first, instrument), stars, len(flux))


def with_template(
    flux: Float[Tensor, "n n_wave"], variance: Float[Tensor, "n n_wave"] | None, instrument: Instrument
) -> Instrument:
    """Return `instrument` completed with noise correlation, quiet channels and stellar template of these spectra."""
    residuals = Residuals.of(flux, variance)
    noise = noise_correlation(residuals.residual, residuals.weight)
    instrument = replace(instrument, noise=noise, quiet=quiet_channels(residuals.weight, instrument.wavelength))
    spectra = Absorption.of(residuals, instrument.quiet)
    if not (spectra.weight > 0).any():
        return instrument
    velocity = torch.zeros(len(flux), dtype=torch.float64, device=flux.device)
    gas = velocity > 0
    if len(instrument.lines):
        found = instrument.correlated(residuals.residual, residuals.weight)
        velocity = torch.where(found.gain > _SURE_GAS, found.velocity, 0).double()
        gas = found.gain > _SEEN
    for _ in range(_ROUNDS):
        template = instrument.mean_template(spectra, velocity, gas)
        absorption = absorption_lines_of(template, instrument.medium)
        if absorption is None:
            return instrument
        moved = instrument.stars_moved(spectra, absorption)
        velocity = torch.where(moved.gain > _SEEN, moved.velocity, velocity).double()
    instrument = replace(instrument, absorption=absorption, template=template, stars=absorption)
    return _with_mean(instrument, template, spectra, moved, gas)


def _with_mean(
    instrument: Instrument, template: Template, spectra: Absorption, by_lines: StarsMoved, gas: Bool[Tensor, " n"]
) -> Instrument:
    """The instrument that measures velocities of stars by their mean spectrum, if that follows the lines."""
    for _ in range(_REFINED):
        mean = MeanStars.of(template, instrument.medium)
        moved = instrument.stars_moved(spectra, mean)
        zero = proven(moved, by_lines, _SEEN)
        if zero is None:
            return instrument
        velocity = torch.where(moved.gain > _SEEN, moved.velocity - zero, by_lines.velocity).double()
        template = instrument.mean_template(spectra, velocity, gas)
    return replace(instrument, template=template, stars=MeanStars.of(template, instrument.medium))


def _stars(residuals: Residuals, instrument: Instrument) -> StarsMoved | None:
    if instrument.stars is None:
        return None
    spectra = Absorption.of(residuals, instrument.quiet)
    return instrument.stars_moved(spectra, instrument.stars)


def _without_stars(residuals: Residuals, stars: StarsMoved, instrument: Instrument) -> Float[Tensor, "n n_wave"]:
    """Residuals less the template, as strong as each spectrum shows it."""
    assert instrument.template is not None
    velocity = torch.where(stars.gain > _SEEN, stars.velocity, 0).double().cpu().numpy()
    level = residuals.continuum.nan_to_num(0.0).clamp(min=0)
    shape = level * torch.from_numpy(instrument.template.at(instrument.wavelength, velocity, instrument.z)).to(level)
    weighted = residuals.weight * shape * (residuals.residual < _EMISSION * level)
    strength = (weighted * residuals.residual).sum(dim=1) / (weighted * shape).sum(dim=1).clamp(min=1e-30)
    return residuals.residual - strength.clamp(0, 2)[:, None] * shape


def _fitted(
    residual: Float[Tensor, "n n_wave"], residuals: Residuals, first: Correlated, instrument: Instrument
) -> LineFit:
    edges, lsf = (torch.as_tensor(values, device=residual.device) for values in (instrument.edges, instrument.lsf))
    spectrograph = Spectrograph(edges, instrument.lines, lsf, instrument.z, instrument.noise.to(residual.device))
    return fit_lines(residual, residuals.weight, spectrograph, first.velocity.double(), first.sigma.double())


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
