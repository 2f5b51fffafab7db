"""Lines with one velocity and one width, each with a flux of its own, fitted to many spectra at a time."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from cubeclust.kinematics.line_model import Evaluated, Spectrograph, Stretch, evaluate, stretches

NARROWEST, BROADEST = 5.0, 1000.0  # km/s, bounds of the width
_ITERATIONS = 40
_SETTLED = (0.05, 0.002)  # steps of velocity (km/s) and of the logarithm of the width that end a fit
_LONGEST = (150.0, 0.7)  # steps at most
_TABLED = 0.5  # km/s: precision of tabulated wavelengths
_DAMPING = (1e-2, 0.2, 5.0, 1e8)  # first value, factor after a better and after a worse step, and the end


@dataclass(frozen=True)
class LineFit:
    """Lines fitted to each of n spectra; errors are one standard deviation for the noise given.

    velocity, sigma     (n,) km/s, velocities about the redshift
    velocity_noise      (n,) km/s: error of the velocity by noise alone; velocity_error has the scatter of the windows'
                        own velocities, too, and half of what skewed lines leave open, the distance of their mean,
                        sqrt(3) h3 sigma (van der Marel & Franx 1993, equation 18)
    disagreement        (n,) km/s: scatter of the windows' own velocities beyond their errors
    flux                (n, n_lines) in the unit of the density x Angstrom
    h3, h4              (n,) Gauss-Hermite moments of all lines together, to first order: 0 for Gaussians
    chi2                (n,) of the windows over their degrees of freedom
    """

    velocity: Float64[Tensor, " n"]
    velocity_noise: Float64[Tensor, " n"]
    velocity_error: Float64[Tensor, " n"]
    disagreement: Float64[Tensor, " n"]
    sigma: Float64[Tensor, " n"]
    sigma_error: Float64[Tensor, " n"]
    flux: Float64[Tensor, "n n_lines"]
    flux_error: Float64[Tensor, "n n_lines"]
    h3: Float64[Tensor, " n"]
    h3_error: Float64[Tensor, " n"]
    h4: Float64[Tensor, " n"]
    h4_error: Float64[Tensor, " n"]
    chi2: Float64[Tensor, " n"]


def fit_lines(
    residual: Float[Tensor, "n n_wave"],
    weight: Float[Tensor, "n n_wave"],
    spectrograph: Spectrograph,
    velocity: Float[Tensor, " n"],
    sigma: Float[Tensor, " n"],
) -> LineFit:
    """Fit residual, flux less continuum, with inverse variance weight, from velocity and sigma (km/s).

    The model of each window is a straight line and Gaussians seen through the instrument's profile, integrated over the
    channels. Fluxes and straight lines follow from velocity and width by linear least squares (variable projection,
    Golub & Pereyra 1973, with Kaufman's derivative); those two by Levenberg-Marquardt. All of it is float64.
    """
    data = stretches(residual, weight, spectrograph, velocity)
    parameters = _descend(data, spectrograph, torch.stack([velocity, sigma.log()], dim=1).double())
    return _summary(evaluate(data, spectrograph, parameters, final=True), parameters)


def _descend(data: list[Stretch], spectrograph: Spectrograph, start: Float64[Tensor, "n 2"]) -> Float64[Tensor, "n 2"]:
    """Velocity and ln(width) (n, 2) of least chi2; spectra that have settled leave the iteration."""
    low, high = torch.tensor([NARROWEST, BROADEST], dtype=start.dtype, device=start.device).log()
    first, better, worse, end = _DAMPING
    parameters, rows = start.clone(), torch.arange(len(start), device=start.device)
    here, damping = evaluate(data, spectrograph, parameters), torch.full_like(parameters[:, 0], first)
    for _ in range(_ITERATIONS):
        step = _step(here, damping)
        trial = parameters[rows] + step
        trial[:, 1] = trial[:, 1].clamp(low, high)
        there = evaluate(data, spectrograph, trial)
        improved = there.chi2 < here.chi2
        parameters[rows] = torch.where(improved[:, None], trial, parameters[rows])
        here, damping = there.where(improved, here), damping * torch.where(improved, better, worse)
        going = ((step.abs() > step.new_tensor(_SETTLED)).any(dim=1)) & (damping < end)
        rows, here, damping = rows[going], here.rows(going), damping[going]
        data = [part.rows(going) for part in data]
        if not len(rows):
            break
    return parameters


def _step(here: Evaluated, damping: Float64[Tensor, " n"]) -> Float64[Tensor, "n 2"]:
    """Levenberg-Marquardt step."""
    diagonal = torch.diagonal(here.curvature, dim1=1, dim2=2)
    damped = here.curvature + torch.diag_embed(damping[:, None] * diagonal + 1e-12 * diagonal + 1e-300)
    step = torch.linalg.solve(damped, here.gradient).nan_to_num()
    most = step.new_tensor(_LONGEST)
    return torch.maximum(torch.minimum(step, most), -most)


def _summary(end: Evaluated, parameters: Float64[Tensor, "n 2"]) -> LineFit:
    """Values and errors at the parameters where a fit ended."""
    both = _covariance(_inverse(end.curvature[:, :2, :2]), end.score_variance[:, :2, :2])
    spread, sigma = _roots(both), parameters[:, 1].exp()
    moved = end.coupling[:, :, :2]
    every = _inverse(end.curvature)
    moments, widest = (every @ end.gradient[..., None])[..., 0], _roots(_covariance(every, end.score_variance))
    shift, error, disagreement = _between_windows(end)
    skewed = 3 * sigma**2 * (moments[:, 2] ** 2 - widest[:, 2] ** 2).clamp(min=0)  # (mean - velocity)^2
    freedom = (
        end.n_channels - end.flux.shape[1] - 2 * end.window_gradient.shape[1] - 2
    )  # a straight line in each window
    return LineFit(
        velocity=parameters[:, 0] + shift,
        velocity_noise=spread[:, 0],
        velocity_error=torch.sqrt(torch.maximum(error, spread[:, 0]) ** 2 + skewed / 4 + _TABLED**2),
        disagreement=disagreement,
        sigma=sigma,
        sigma_error=sigma * spread[:, 1],
        flux=end.flux,
        flux_error=torch.hypot(end.flux_error, _roots(moved @ both @ moved.mT)),
        h3=moments[:, 2],
        h3_error=widest[:, 2],
        h4=moments[:, 3],
        h4_error=widest[:, 3],
        chi2=end.chi2 / freedom.clamp(min=1),
    )


def _between_windows(end: Evaluated) -> tuple[Float64[Tensor, " n"], Float64[Tensor, " n"], Float64[Tensor, " n"]]:
    """Shift (n,) km/s of the velocity, its error, and the scatter of the windows' velocities beyond their errors.

    Lines of gas at several velocities, or saturated ones, disagree by more than noise: their mean is then taken with
    the weights 1 / (error^2 + scatter^2), the scatter by the moments of DerSimonian & Laird 1986, equation 8. An error
    counts as many times larger as the root of the window's reduced chi2.
    """
    known = end.window_curvature > 0
    offset = torch.where(known, end.window_gradient / end.window_curvature.clamp(min=1e-300), 0)
    variance = (
        end.window_score_variance.clamp(min=0)
        / end.window_curvature.clamp(min=1e-300) ** 2
        * end.window_reduced_chi2.clamp(min=1)
    )
    weight = torch.where(known & (variance > 0), 1 / variance.clamp(min=1e-300), 0)
    total = weight.sum(dim=1, keepdim=True).clamp(min=1e-300)
    mean = (weight * offset).sum(dim=1, keepdim=True) / total
    excess = (weight * (offset - mean) ** 2).sum(dim=1, keepdim=True) - (weight > 0).sum(dim=1, keepdim=True) + 1
    spread2 = (excess / (total - (weight**2).sum(dim=1, keepdim=True) / total).clamp(min=1e-300)).clamp(min=0)
    even = torch.where(weight > 0, 1 / (variance + spread2).clamp(min=1e-300), 0)
    sum_even = even.sum(dim=1).clamp(min=1e-300)
    return (even * offset).sum(dim=1) / sum_even, sum_even.rsqrt(), spread2[:, 0].sqrt()


def _inverse(curvature: Float64[Tensor, "n p p"]) -> Float64[Tensor, "n p p"]:
    """Inverse in units of the diagonal's roots; infinite errors where nothing is known."""
    root = torch.diagonal(curvature, dim1=1, dim2=2).sqrt().clamp(min=1e-150)
    scaled = curvature / root[:, :, None] / root[:, None, :]
    scaled = scaled + 1e-10 * torch.eye(scaled.shape[1], dtype=scaled.dtype, device=scaled.device)
    return torch.linalg.inv(scaled) / root[:, :, None] / root[:, None, :]


def _covariance(
    inverse: Float64[Tensor, "n p p"], score_variance: Float64[Tensor, "n p p"]
) -> Float64[Tensor, "n p p"]:
    """H^-1 S H^-1, S being what the correlated noise makes of the curvature H."""
    return inverse @ score_variance @ inverse


def _roots(covariance: Float64[Tensor, "n p p"]) -> Float64[Tensor, "n p"]:
    """Standard deviations."""
    return torch.diagonal(covariance, dim1=1, dim2=2).clamp(min=0).sqrt()
