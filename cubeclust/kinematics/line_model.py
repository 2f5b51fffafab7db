"""Model of lines in windows: fluxes by linear least squares, gradient and curvature of chi2."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Self

import torch
from jaxtyping import Float, Float64, Int
from torch import Tensor

from cubeclust.kinematics.line_windows import LinesInRange, LineWindow
from cubeclust.kinematics.profiles import Moving, Profiles, profiles
from cubeclust.spectroscopy.doppler import LIGHT_SPEED

_RIDGE = 1e-10  # of the diagonal of normal equations


@dataclass(frozen=True)
class Spectrograph:
    """How lines are spectrograph: edges (n_wave + 1,) and profile lsf (n_lines,) in Angstrom, about redshift z.

    noise is the correlation (n_lags,) of the noise of channels 0, 1, ... apart: 1, then less.
    """

    edges: Float[Tensor, " n_edges"]
    lines: LinesInRange
    lsf: Float[Tensor, " n_lines"]
    z: float
    noise: Float[Tensor, " n_lags"]


class _PerSpectrum:
    """A record of tensors whose first axis counts spectra."""

    def rows(self, chosen: Tensor) -> Self:
        """Those spectra that are chosen, by index or truth."""
        return self._each(lambda name, value: value[chosen])

    def where(self, chosen: Tensor, other: Self) -> Self:
        """These values where chosen (n,), those of the other record elsewhere."""

        def pick(name: str, value: Tensor) -> Tensor:
            return torch.where(chosen.reshape(-1, *[1] * (value.ndim - 1)), value, getattr(other, name))

        return self._each(pick)

    def _each(self, change: Callable[[str, Tensor], Tensor]) -> Self:
        values = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return type(self)(**{k: change(k, v) if isinstance(v, Tensor) else v for k, v in values.items()})


@dataclass(frozen=True)
class Stretch(_PerSpectrum):
    """The channels (n, n_channels) of a window, float64: residual, weight (0 outside the cube), edges in Angstrom."""

    window: LineWindow
    residual: Float64[Tensor, "n n_channels"]
    weight: Float64[Tensor, "n n_channels"]
    low: Float64[Tensor, "n n_channels"]
    high: Float64[Tensor, "n n_channels"]


@dataclass(frozen=True)
class Evaluated(_PerSpectrum):
    """A fit at some velocity and width.

    chi2, n_channels    (n,) over all windows; n_channels counts the known ones
    flux, flux_error    (n, n_lines), the error for velocity and width as they are
    coupling            (n, n_lines, p): what the derivatives J take away from or add to the fluxes
    gradient            (n, p): J^T W r, J being what flux and baseline leave of the derivatives of the model by
                        velocity and ln(width), and by h3 and h4 at the end of a fit
    curvature           (n, p, p): J^T W J
    score_variance      (n, p, p): J^T W^(1/2) R W^(1/2) J, R being the correlation of the noise
    window_...          (n, n_windows): what each window adds to gradient, curvature and score variance of the velocity,
                        and its reduced chi2
    """

    chi2: Float64[Tensor, " n"]
    n_channels: Int[Tensor, " n"]
    flux: Float64[Tensor, "n n_lines"]
    flux_error: Float64[Tensor, "n n_lines"]
    coupling: Float64[Tensor, "n n_lines p"]
    gradient: Float64[Tensor, "n p"]
    curvature: Float64[Tensor, "n p p"]
    score_variance: Float64[Tensor, "n p p"]
    window_gradient: Float64[Tensor, "n n_windows"]
    window_curvature: Float64[Tensor, "n n_windows"]
    window_score_variance: Float64[Tensor, "n n_windows"]
    window_reduced_chi2: Float64[Tensor, "n n_windows"]


def stretches(
    residual: Float[Tensor, "n n_wave"],
    weight: Float[Tensor, "n n_wave"],
    spectrograph: Spectrograph,
    velocity: Float[Tensor, " n"],
) -> list[Stretch]:
    """The channels of each window around velocity, the same for all of a fit."""
    n_wave = residual.shape[1]
    found = []
    for window in spectrograph.lines.windows:
        rest = torch.tensor(spectrograph.lines.rest[list(window.lines)], device=residual.device)
        middle = (rest * (1 + spectrograph.z) * (1 + velocity.double()[:, None] / LIGHT_SPEED)).mean(dim=1)
        first = torch.searchsorted(spectrograph.edges, middle) - 1 - window.n_channels // 2
        channels = first[:, None] + torch.arange(window.n_channels, device=residual.device)
        inside = (channels >= 0) & (channels < n_wave)
        channels = channels.clamp(0, n_wave - 1)
        own = torch.where(inside, weight.gather(1, channels), 0).double()
        found.append(
            Stretch(
                window,
                residual.gather(1, channels).double(),
                own,
                spectrograph.edges[channels],
                spectrograph.edges[channels + 1],
            )
        )
    return found


def evaluate(
    data: list[Stretch], spectrograph: Spectrograph, parameters: Float64[Tensor, "n 2"], *, final: bool = False
) -> Evaluated:
    """Fluxes and derivatives at velocity (km/s) and ln(width) `parameters`; all that a result needs if final."""
    parts = [_window(part, spectrograph, parameters, final) for part in data]
    order = torch.tensor([line for part in data for line in part.window.lines], device=parameters.device).argsort()
    summed = {name: torch.stack([getattr(part, name) for part in parts]).sum(dim=0) for name in _SUMMED}
    of_lines = {name: torch.cat([getattr(part, name) for part in parts], dim=1)[:, order] for name in _OF_LINES}
    of_windows = {name: torch.cat([getattr(part, name) for part in parts], dim=1) for name in _OF_WINDOWS}
    return Evaluated(**summed, **of_lines, **of_windows)


_OF_LINES = ("flux", "flux_error", "coupling")
_OF_WINDOWS = ("window_gradient", "window_curvature", "window_score_variance", "window_reduced_chi2")
_SUMMED = ("chi2", "n_channels", "gradient", "curvature", "score_variance")


def _window(part: Stretch, spectrograph: Spectrograph, parameters: Float64[Tensor, "n 2"], final: bool) -> Evaluated:
    """The sums of one window."""
    own = list(part.window.lines)
    rest = torch.tensor(spectrograph.lines.rest[own], device=parameters.device)
    lines = Moving(parameters[:, 0], parameters[:, 1].exp(), rest, spectrograph.lsf[own], spectrograph.z)
    shape = profiles(lines, part.low, part.high)
    linear, n_lines = _with_baseline(shape.density), len(own)
    root = part.weight.sqrt()[..., None]
    design = root * linear  # (n, channels, lines + 2)
    inverse = _inverse(design.mT @ design)
    coefficients = inverse @ (design.mT @ (root * part.residual[..., None]))
    off = root * part.residual[..., None] - design @ coefficients
    flux = coefficients[:, :n_lines]
    derivatives = _derivatives(part, shape, flux, lines if final else None)
    bent = root * derivatives
    coupling = inverse @ (design.mT @ bent)
    bent = bent - design @ coupling
    noise = spectrograph.noise if final else spectrograph.noise[:1]
    spread = inverse @ _correlated(design, noise) @ inverse
    gradient, curvature, score_variance = (bent.mT @ off)[..., 0], bent.mT @ bent, _correlated(bent, noise)
    chi2, n_channels = (off**2).sum(dim=(1, 2)), (part.weight > 0).sum(dim=1)
    return Evaluated(
        chi2=chi2,
        n_channels=n_channels,
        flux=flux[..., 0],
        flux_error=torch.diagonal(spread, dim1=1, dim2=2)[:, :n_lines].clamp(min=0).sqrt(),
        coupling=coupling[:, :n_lines],
        gradient=gradient,
        curvature=curvature,
        score_variance=score_variance,
        window_gradient=gradient[:, :1],
        window_curvature=curvature[:, :1, 0],
        window_score_variance=score_variance[:, :1, 0],
        window_reduced_chi2=(chi2 / (n_channels - n_lines - 2).clamp(min=1))[:, None],
    )


def _with_baseline(density: Float64[Tensor, "n n_channels n_lines"]) -> Float64[Tensor, "n n_channels n_lines+2"]:
    """Profiles with a constant and a slope beside them."""
    n, n_channels, _ = density.shape
    ramp = torch.linspace(-1, 1, n_channels, dtype=density.dtype, device=density.device)
    line = torch.stack([torch.ones_like(ramp), ramp], dim=1).expand(n, -1, -1)
    return torch.cat([density, line], dim=2)


def _derivatives(
    part: Stretch, shape: Profiles, flux: Float64[Tensor, "n n_lines 1"], lines: Moving | None
) -> Float64[Tensor, "n n_channels p"]:
    """Derivatives (n, channels, p) of the model by velocity and ln(width), and by h3 and h4 if lines are given."""
    parts = [shape.by_velocity @ flux, shape.by_width @ flux]
    if lines is not None:
        u = ((part.low + part.high)[..., None] / 2 - lines.center[:, None]) / lines.width[:, None]
        parts += [(shape.density * hermite) @ flux for hermite in (_h3(u), _h4(u))]
    return torch.cat(parts, dim=2)


def _h3(u: Float64[Tensor, "*shape"]) -> Float64[Tensor, "*shape"]:
    """Third Hermite polynomial of a line's profile (van der Marel & Franx 1993, equation A5)."""
    return (2 * 2**0.5 * u**3 - 3 * 2**0.5 * u) / 6**0.5


def _h4(u: Float64[Tensor, "*shape"]) -> Float64[Tensor, "*shape"]:
    """Fourth Hermite polynomial (van der Marel & Franx 1993, equation A5)."""
    return (4 * u**4 - 12 * u**2 + 3) / 24**0.5


def _inverse(normal: Float64[Tensor, "n k k"]) -> Float64[Tensor, "n k k"]:
    """Inverse of normal equations; rows and columns without data are 0."""
    diagonal = torch.diagonal(normal, dim1=1, dim2=2)
    known = diagonal > 1e-12 * diagonal.amax(dim=1, keepdim=True).clamp(min=1e-300)
    lifted = normal + torch.diag_embed(torch.where(known, _RIDGE * diagonal, 1.0))
    return torch.linalg.inv(lifted) * (known[:, :, None] & known[:, None, :])


def _correlated(design: Float64[Tensor, "n n_channels p"], noise: Float[Tensor, " n_lags"]) -> Float64[Tensor, "n p p"]:
    """D^T R D of design (n, channels, p) under the correlation (n_lags,) of neighbors."""
    total = noise[0] * (design.mT @ design)
    for lag in range(1, len(noise)):
        beside = design[:, :-lag].mT @ design[:, lag:]
        total = total + noise[lag] * (beside + beside.mT)
    return total
