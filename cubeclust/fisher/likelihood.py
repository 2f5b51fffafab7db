"""The default rules of a fit: maximum likelihood, thresholds and convergence relative to the spectra."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from cubeclust.errors import InputError
from cubeclust.fisher.classes import Classes
from cubeclust.fisher.covariances import Moments, shaped
from cubeclust.fisher.directions import DIRECTIONS
from cubeclust.fisher.mixture import Mixture, Places
from cubeclust.fisher.models import Model
from cubeclust.fisher.total import Total

_CIRCLE = 6  # iterations that repeat those two before them
_LEAST = 1e-8  # variance under which rounding rules, in units of the mean variance of a channel


@dataclass(frozen=True)
class MaximumLikelihood:
    """F step on the (shrunk) total covariance; D_k and b_k that maximize the likelihood given loadings and posterior.

    A class with too few spectra for a covariance of its own, fewer than d + 1 for D_k and 2 for b_k, has that of all
    classes together; an empty class stays empty. Variances are at least 1e-8 of the mean variance of a channel.

    tolerance   gain still to be expected, in nats per spectrum, at which the iterations have converged
    """

    total: Total
    fisher_step: str
    tolerance: float

    def loadings(self, classes: Classes, d: int) -> Float64[Tensor, "p d"]:
        """Loadings that separate the classes."""
        varying = min(d, len(self.total.values))
        try:
            found = DIRECTIONS[self.fisher_step](classes.between, self.total, varying)
        except torch.linalg.LinAlgError as error:  # type: ignore[attr-defined]
            raise InputError(
                f"--fisher-step {self.fisher_step} fails: the classes explain all of the variance in some direction; "
                "take svd, fewer clusters, or a larger --shrinkage."
            ) from error
        # Spectra that differ in fewer than d directions: any others complete the subspace.
        return found if varying == d else torch.linalg.qr(found, mode="complete").Q[:, :d]

    def mixture(self, model: Model, classes: Classes, loadings: Float64[Tensor, "p d"], places: Places) -> Mixture:
        """M step."""
        (n, _), (p, d) = classes.posterior.shape, loadings.shape
        moments = Moments.of(classes.posterior, places)
        mass = moments.mass.clamp_min(torch.finfo(torch.float64).tiny)
        pooled, common_noise = moments.scatter.sum(dim=0) / n, moments.beyond.sum() / (n * (p - d))
        alone = ~torch.tensor(model.common, device=mass.device) & (mass >= d + 1)
        scatter = torch.where(alone[:, None, None], moments.scatter / mass[:, None, None], pooled)
        noisy = ~torch.tensor(model.common_noise, device=mass.device) & (mass >= 2)
        noise = torch.where(noisy, moments.beyond / (mass * (p - d)), common_noise)
        return Mixture(
            moments.mass / n, classes.means, loadings, _bounded(shaped(scatter, model)), noise.clamp_min(_LEAST)
        )

    def degenerate(self, mixture: Mixture) -> bool:
        """Never: bounds keep every class alive."""
        return False

    def converged(self, history: Sequence[float], n: int) -> bool:
        """Whether the gain that is still to be expected by Aitken's extrapolation is small."""
        if len(history) < 3:
            return False
        before, last = history[-2] - history[-3], history[-1] - history[-2]
        if last == 0:
            return True
        rate = last / before if before else float("inf")
        return abs(rate) < 1 and abs(last / (1 - rate)) < self.tolerance * n

    def alternates(self, history: Sequence[float], n: int) -> bool:
        """Whether the last values come again after two iterations, though not after one."""
        again = [abs(late - early) for late, early in zip(history[-_CIRCLE:], history[-_CIRCLE - 2 : -2], strict=False)]
        return len(history) > _CIRCLE + 1 and max(again) < self.tolerance * n < abs(history[-1] - history[-2])


def _bounded(scatter: Float64[Tensor, "k d d"]) -> Float64[Tensor, "k d d"]:
    """Matrices with eigenvalues of at least the bound: the likeliest ones under it."""
    values, vectors = torch.linalg.eigh(scatter)
    if values.min() >= _LEAST:
        return scatter
    return (vectors * values.clamp_min(_LEAST)[:, None, :]) @ vectors.mT
