"""Entropic transport between distributions on the same points, many pairs at once."""

from dataclasses import dataclass

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from cubeclust.divergences.log_sums import LogSums


@dataclass(frozen=True)
class Problem:
    """q distributions on n points, and p pairs of them.

    weights         (q, n) float64, rows of sum 1
    reach           (n,) float64: what a unit of mass at a point counts where it is misplaced
    first, second   (p,) int64: the distributions of each pair
    """

    weights: Float64[Tensor, "q n"]
    reach: Float64[Tensor, " n"]
    first: Int[Tensor, " p"]
    second: Int[Tensor, " p"]


@dataclass(frozen=True)
class Potentials:
    """Dual potentials in units of epsilon.

    first, second   (p, n) float64 of each pair
    own             (q, n) float64 of each distribution with itself
    error           largest share of mass, times its reach, that a marginal has in the wrong place
    steps           Sinkhorn steps done
    """

    first: Float64[Tensor, "p n"]
    second: Float64[Tensor, "p n"]
    own: Float64[Tensor, "q n"]
    error: float = float("inf")
    steps: int = 0

    @classmethod
    def zero(cls, problem: Problem) -> "Potentials":
        """Where nothing is known."""
        pairs = problem.weights.new_zeros(len(problem.first), problem.weights.shape[1])
        return cls(pairs, pairs, torch.zeros_like(problem.weights))

    def rescaled(self, ratio: float) -> "Potentials":
        """The same potentials in units of another epsilon, the old one over the new one being ratio."""
        return Potentials(ratio * self.first, ratio * self.second, ratio * self.own)


def solve(problem: Problem, sums: LogSums, start: Potentials, *, tolerance: float, max_steps: int) -> Potentials:
    """Sinkhorn's fixed point for all pairs and all distributions with themselves.

    f = -log sum_j b_j exp(g_j - C_ij / epsilon) and the same for g in turn (Feydy et al. 2019, Eq. 12); with itself a
    distribution takes the mean of old and new, which converges in a few steps (Eq. 25). Second potentials of the
    pairs are extrapolated by Nesterov's momentum, for each pair anew from where it would go downhill (O'Donoghue &
    Candes 2015): near the fixed point plain steps gain a digit in 1 / (1 - rate) of them, these in the root of it.

    Stops after at most max_steps or once every marginal is off by at most tolerance in total variation (weighted by
    the reach). All in float64 but for what `sums` does.
    """
    weights, logs, p = problem.weights, problem.weights.log(), len(problem.first)
    counted = problem.reach * weights
    second, counted_second = weights[problem.second], counted[problem.second]
    logs_first, logs_second = logs[problem.first], torch.cat([logs[problem.second], logs])
    trial, old, own = start.second, start.second, start.own
    momentum = weights.new_zeros(p, 1)
    for steps in range(1, max_steps + 1):  # noqa: B007
        found = sums(logs_second + torch.cat([trial, own])).neg_()
        first, own_ahead = found[:p], found[p:]
        new = sums(logs_first + first).neg_()
        error = max(_misplaced(counted_second, trial - new), _misplaced(counted, own - own_ahead))
        own = (own + own_ahead) / 2
        if error <= tolerance:
            break
        stride, momentum = new - old, momentum + 1
        momentum[(second * (trial - new) * stride).sum(dim=1) > 0] = 0
        trial, old = new + momentum / (momentum + 3) * stride, new
    return Potentials(first, new, own, error, steps)


def _misplaced(weights: Float64[Tensor, "m n"], excess: Float64[Tensor, "m n"]) -> float:
    """Largest of the bounds of |weights * exp(excess) - weights| / 2, summed over the points (m, n)."""
    if not len(weights):
        return 0.0
    return float((weights * excess.abs().clamp_(max=50.0).expm1_()).sum(dim=1).max()) / 2
