"""Unbiased Sinkhorn divergence between clusters (Feydy et al. 2019, Eq. 3; NGC 1068 seed paper, section 3.2.3)."""

import warnings
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from cubeclust.divergences.costs import Cost
from cubeclust.divergences.log_sums import LogSums, log_sums
from cubeclust.divergences.sinkhorn import Potentials, Problem, solve

_GENTLE = 20.0  # largest offset of the cost over epsilon up to which a solve needs no annealing
_COOLING = 4.0  # ratio of the epsilons of the annealing
_FEW = 10  # steps that suffice before the last epsilon


def _warn(sentence: str) -> None:
    warnings.warn(sentence, RuntimeWarning, stacklevel=6)  # at the caller of `to_all` or `between`


class SinkhornDivergence:
    """S(a, b) = OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2 with the entropic transport OT, on shared points.

    All pairs and all distributions with themselves are solved together, from the potentials of the call before. By the
    envelope theorem the gradient with respect to the weights is the potentials' difference, so nothing is
    back-propagated through the solve.

    tolerance   marginal error at which a solve ends: share of mass in the wrong place; the error of a
                point is weighted by max(1, epsilon, 2 h_i) in units of the mean cost, so that outliers count fully
    max_steps   Sinkhorn steps of one solve at most
    warn        takes a sentence for each solve that ends above the tolerance; a RuntimeWarning if it is not given
    """

    def __init__(
        self,
        cost: Cost,
        epsilon: float,
        *,
        tolerance: float,
        max_steps: int,
        cache_bytes: int = 0,
        say: Callable[[str], None] = lambda sentence: None,
        warn: Callable[[str], None] = _warn,
    ) -> None:
        self.cost: Cost = cost
        self.epsilon: float = epsilon
        self.say: Callable[[str], None] = say
        self.warn: Callable[[str], None] = warn
        self.tolerance: float = tolerance
        self.max_steps: int = max_steps
        self.sums: LogSums = log_sums(cost, epsilon, cache_bytes=cache_bytes, say=say)
        unit = cost.mean or 1.0  # a batch of equal points has costs of 0
        self.reach: Tensor = (2 * cost.offsets / unit).clamp_min(max(1.0, epsilon / unit))
        self.potentials: Potentials | None = None

    def to_all(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, " k"]:
        """S of each p(x|y) and p(x)."""
        k = posterior.shape[1]
        weights = torch.cat([masses(posterior), _uniform(posterior)])
        first = torch.arange(k, device=posterior.device)
        return _Transport.apply(weights, self, first, torch.full_like(first, k))

    def between(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k k"]:
        """S of each pair of clusters, symmetric with a diagonal of 0."""
        k = posterior.shape[1]
        first, second = torch.triu_indices(k, k, offset=1, device=posterior.device)
        values = _Transport.apply(masses(posterior), self, first, second)
        upper = values.new_zeros(k, k).index_put((first, second), values)
        return upper + upper.T

    def figures(self) -> dict[str, float]:
        """How well and how quickly the last solve ended."""
        if self.potentials is None:
            return {}
        return {"marginal_error": self.potentials.error, "sinkhorn_steps": self.potentials.steps}

    def solve(self, problem: Problem) -> Potentials:
        """Potentials of the problem, from those of the last one if it had as many distributions and pairs."""
        start = self.potentials
        if start is None or (len(start.own), len(start.second)) != (len(problem.weights), len(problem.first)):
            start = self._annealed(problem)
        self.potentials = solve(problem, self.sums, start, tolerance=self.tolerance, max_steps=self.max_steps)
        if not self.potentials.error <= self.tolerance:
            self.warn(
                f"after {self.potentials.steps} Sinkhorn steps {self.potentials.error:.2g} of the mass is in the wrong "
                f"place, above the tolerance {self.tolerance:g}; raise max_steps or epsilon"
            )
        return self.potentials

    def _annealed(self, problem: Problem) -> Potentials:
        """Potentials to begin with: where costs are large against epsilon, from brief solves with epsilon falling.

        A potential far from where it belongs, as that of an outlier, moves by some epsilon in a step, and its mass is
        too small to be missed: it has to be led there.
        """
        potentials, epsilon = Potentials.zero(problem), float(self.cost.offsets.abs().max())
        if epsilon <= _GENTLE * self.epsilon:
            return potentials
        while epsilon > self.epsilon:
            sums = log_sums(self.cost, epsilon, cache_bytes=0, say=lambda sentence: None)
            found = solve(problem, sums, potentials, tolerance=self.tolerance, max_steps=_FEW)
            following = max(epsilon / _COOLING, self.epsilon)
            potentials = found.rescaled(epsilon / following)
            epsilon = following
        return potentials


class _Transport(torch.autograd.Function):
    """S of each pair (p,) from the weights (q, n); its gradient holds up to a constant for each distribution."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, divergence: SinkhornDivergence, first: Tensor, second: Tensor) -> Tensor:
        potentials = divergence.solve(Problem(weights, divergence.reach, first, second))
        at_first = divergence.epsilon * (potentials.first - potentials.own[first])  # (p, n)
        at_second = divergence.epsilon * (potentials.second - potentials.own[second])
        ctx.save_for_backward(at_first, at_second, first, second)
        ctx.shape = weights.shape
        return (weights[first] * at_first + weights[second] * at_second).sum(dim=1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        at_first, at_second, first, second = ctx.saved_tensors
        gradient = gradients[0][:, None]  # (p, 1)
        out = gradient.new_zeros(ctx.shape)
        out.index_add_(0, first, at_first * gradient)
        out.index_add_(0, second, at_second * gradient)
        return out, None, None, None


def masses(posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k n"]:
    """Masses of each p(x|y) on the points, (k, n) float64; uniform for an empty cluster, which counts for nothing."""
    exact = posterior.T.double().contiguous()
    mass = exact.sum(dim=1, keepdim=True)
    empty = mass <= torch.finfo(torch.float32).tiny
    return torch.where(empty, 1 / exact.shape[1], exact / torch.where(empty, 1.0, mass))


def _uniform(posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "1 n"]:
    """Masses of p(x) on the points, (1, n) float64."""
    n = len(posterior)
    return torch.full((1, n), 1 / n, dtype=torch.float64, device=posterior.device)
