"""The rules of FisherEM 1.6.1 in R to the letter, faults included, for comparison with maps that it made."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

import torch
from jaxtyping import Float64
from torch import Tensor

from cubeclust.errors import InputError
from cubeclust.fisher.classes import Classes
from cubeclust.fisher.covariances import Moments, shaped
from cubeclust.fisher.directions import DIRECTIONS, regressed
from cubeclust.fisher.mixture import Mixture, Places
from cubeclust.fisher.models import Model
from cubeclust.fisher.sample import Sample
from cubeclust.fisher.total import Total

_LEAST = 1e-3  # of variances, whatever the unit of the data
_RIDGE = 0.5  # likewise


@dataclass(frozen=True)
class RPackage:
    """Estimates, thresholds and end of `fem()`.

    It differs from the likelihood's maximum by n_k - 1 in place of n_k, by b_k that include the scatter within the
    subspace, by thresholds in the unit of the data and a convergence that counts the spectra; `reg` depends on the
    mean of the data, and with fewer spectra than channels `svd` works on their n x n products.

    tolerance   change of the extrapolated log-likelihood at which the iterations end
    """

    sample: Sample
    total: Total
    fisher_step: str
    tolerance: float

    def __post_init__(self) -> None:
        n, p = len(self.sample), self.sample.n_wave
        if n == p or (n < p and self.fisher_step == "gs"):
            raise InputError(
                f"--compat r: FisherEM in R has no {self.fisher_step} for {n} spectra of {p} channels; leave out "
                "--compat, or some channels by --window."
            )

    def loadings(self, classes: Classes, d: int) -> Float64[Tensor, "p d"]:
        """F step of the package."""
        if self.fisher_step == "reg":
            return self._regression(classes, d)
        if len(self.sample) < self.sample.n_wave:
            return self._dual(classes, d)
        return DIRECTIONS[self.fisher_step](classes.between, self.total, d)

    def _regression(self, classes: Classes, d: int) -> Float64[Tensor, "p d"]:
        """The regression on Y - T m / sqrt(n), neither centered nor the residual that is meant."""
        n, p = len(self.sample), self.sample.n_wave
        center, means = self.sample.center[:, None], classes.means + self.sample.center
        crossed = means.T @ (classes.mass[:, None] * means)
        overlap = classes.posterior.T @ classes.posterior
        scatter = n * (self.total.vectors * self.total.values) @ self.total.vectors.T + n * center @ center.T
        scatter += (means.T @ overlap @ means) / n - 2 * crossed / n**0.5
        if n <= p:
            scatter += _RIDGE * torch.eye(p, dtype=scatter.dtype, device=scatter.device)
        try:
            solved = self.total.solve(classes.between) * ((n - 1) / n)
            return regressed(classes.between, solved, scatter, d)
        except torch.linalg.LinAlgError as error:  # type: ignore[attr-defined]
            raise InputError(
                "--compat r --fisher-step reg: the channels are collinear, which R refuses, too; take svd."
            ) from error

    def _dual(self, classes: Classes, d: int) -> Float64[Tensor, "p d"]:
        """Discriminant by products between spectra, with a ridge of 0.5 on the squares of their matrix."""
        gram = self.sample.gram()
        between = gram @ (classes.posterior / classes.mass.sqrt())
        values, vectors = torch.linalg.eigh(gram @ gram)
        values = values.clamp_min(0) + _RIDGE
        dual = DIRECTIONS["svd"](between, Total(vectors, values, 0.0), d)
        return torch.linalg.svd(self.sample.sums(dual).T, full_matrices=False).U

    def mixture(self, model: Model, classes: Classes, loadings: Float64[Tensor, "p d"], places: Places) -> Mixture:
        """M step of the package."""
        (n, _), (p, d) = classes.posterior.shape, loadings.shape
        moments = Moments.of(classes.posterior, places)
        mass = moments.mass
        counted = torch.where(mass >= 1, mass - 1, 1.0)
        own = moments.scatter / counted[:, None, None]
        if not torch.isfinite(own).all():
            raise InputError(
                "--compat r: a class has a single spectrum or none, with which fem() in R fails; give another start "
                "or fewer clusters."
            )
        scatter = shaped(own, model)
        traces = scatter.diagonal(dim1=1, dim2=2).sum(dim=1)
        traces = traces.trunc() if d == 1 else traces  # R's diag() of a number
        spread = moments.scatter.diagonal(dim1=1, dim2=2).sum(dim=1) + moments.beyond - traces
        noise = spread.sum().expand_as(mass) / (n * (p - d)) if model.common_noise else spread / (counted * (p - d))
        if model.common:
            shares = torch.where(mass >= 1, mass, 1.0) / n
            scatter = (shares[:, None, None] * scatter).sum(dim=0).expand_as(scatter)
        return Mixture(mass / n, classes.means, loadings, scatter, torch.where(noise <= 0, _LEAST, noise))

    def degenerate(self, mixture: Mixture) -> bool:
        """Whether a variance within the subspace is below 0.001, or a covariance there is not positive."""
        small = (mixture.scatter.diagonal(dim1=1, dim2=2) < _LEAST).any()
        return bool(small or torch.linalg.cholesky_ex(mixture.scatter).info.any())

    def converged(self, history: Sequence[float], n: int) -> bool:
        """Whether Aitken's limit moved by less than the tolerance; a likelihood that stands still counts as settled."""
        if len(history) < 3:
            return False
        before = _limit(history[-4:-1]) if len(history) > 3 else history[0]
        change = abs(_limit(history[-3:]) - before)
        return isnan(change) or change < self.tolerance

    def alternates(self, history: Sequence[float], n: int) -> bool:
        """Never looked at in R."""
        return False


def _limit(history: Sequence[float]) -> float:
    """Aitken's limit of the last three values."""
    first, second, third = history
    rate = (third - second) / (second - first) if second != first else nan
    return second + (third - second) / (1 - rate) if rate != 1 else nan
