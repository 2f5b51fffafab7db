"""USD-OvO beside other packages on the same card, in float32, at the same epsilon and the same marginal error.

The others take one pair of clusters after another. Each is given the least effort that brings its marginals as near as
cubeclust's are asked to be: the number of iterations of flash-sinkhorn, the scaling of geomloss's annealing, which is
timed at its default, too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations, islice

import torch
from torch import Tensor

from benchmarks.measuring import EVERYTHING, seconds
from benchmarks.usd_step import Problem
from cubeclust.divergences.costs import COSTS, Cost
from cubeclust.divergences.log_sums import log_sums
from gpu_checks.rows import Check, Row, Setup
from gpu_checks.timing import typical

_CLUSTERS = 11
_PAIRS = _CLUSTERS * (_CLUSTERS - 1) // 2
_LONGEST = 4.0  # seconds that a peer is timed for, at least one pair; a tenth in a rehearsal

# Weights and points of two distributions -> their divergence, or the two potentials of their transport.
Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def geomloss(epsilon: float, scaling: float, *, potentials: bool) -> Loss:
    """Loss of geomloss (Feydy et al. 2019) with dense costs."""
    from geomloss import SamplesLoss

    return SamplesLoss(
        "sinkhorn", p=2, blur=epsilon**0.5, scaling=scaling, backend="tensorized",
        debias=not potentials, potentials=potentials,
    )  # fmt: skip


def flash_sinkhorn(epsilon: float, iterations: float, *, potentials: bool) -> Loss:
    """Loss of flash-sinkhorn without TF32, as here; the cost is |x - y|^2 / 2."""
    from flash_sinkhorn import SamplesLoss

    return SamplesLoss(
        "sinkhorn", backend="alternating", use_epsilon_scaling=False, eps=epsilon, n_iters=int(iterations),
        half_cost=True, allow_tf32=False, debias=not potentials, potentials=potentials,
    )  # fmt: skip


@dataclass(frozen=True)
class Peer:
    """A package: how its loss is built from epsilon and an effort, what the effort is, and those tried, least first.

    The default is timed, too, where there is one.
    """

    build: Callable[..., Loss]
    effort: str
    efforts: tuple[float, ...]
    default: float | None = None


PEERS = {
    "geomloss": Peer(geomloss, "scaling", (0.5, 0.9, 0.99), default=0.5),
    "flash-sinkhorn": Peer(flash_sinkhorn, "iterations", (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 64, 128)),
}


def checks(setup: Setup) -> Iterator[Check]:
    """All pairs with few spectra, one pair with many."""
    few, some, many = setup.size(2000, 100), setup.size(10_000, 200), setup.size(50_000, 600)
    for n, names, pairs in ((few, [*PEERS], _PAIRS), (some, [*PEERS], _PAIRS), (many, ["flash-sinkhorn"], 1)):
        yield f"value and gradient, {n:,} x 321, k {_CLUSTERS}", partial(beside, setup, n, names, pairs)


def beside(setup: Setup, n: int, names: list[str], pairs: int) -> Iterator[Row]:
    """A value with its gradient from a cold start, ours for all pairs, and those of others."""
    problem = Problem.synthetic(n, _CLUSTERS, "sqeuclidean", "0.25r", setup.device)
    divergence = problem.divergence()
    problem.step(divergence)
    ours = typical(lambda: problem.step(problem.divergence(EVERYTHING)), 3)
    figures = divergence.figures()
    yield Row(f"cubeclust: all {_PAIRS} pairs", ours, "s")
    yield Row(f"cubeclust: marginal error, {divergence.tolerance:g} allowed", figures["marginal_error"])
    yield Row("cubeclust: Sinkhorn steps", figures["sinkhorn_steps"])
    opponent = Opponent.of(problem, divergence.epsilon, divergence.tolerance)
    for name in names:
        try:
            yield from opponent.timed(setup, name, ours, pairs)
        except Exception as fault:  # whatever keeps a package from running is its result here
            text = " ".join(f"{type(fault).__name__}: {fault}".split())[:200]
            yield Row(f"{name}: cannot run", text)


@dataclass(frozen=True)
class Opponent:
    """The problem as others take it: points (n, d) and weights (n, k) float32, epsilon in the unit of their cost."""

    points: Tensor
    weights: Tensor
    cost: Cost
    epsilon: float
    tolerance: float

    @classmethod
    def of(cls, problem: Problem, epsilon: float, tolerance: float) -> "Opponent":
        """Epsilon is in units of the mean cost."""
        points = problem.data - problem.data.mean(dim=0)
        cost = Cost.of(COSTS["sqeuclidean"](points), len(points), points)
        return cls(points, problem.weights.detach(), cost, epsilon * cost.mean, tolerance)

    def timed(self, setup: Setup, name: str, ours: float, pairs: int) -> Iterator[Row]:
        """Time of all pairs, or of some and what follows for all, by default and as near as is asked for."""
        peer = PEERS[name]
        errors = self.errors(peer)
        nearest = min(errors, key=lambda effort: errors[effort])
        for effort in sorted({nearest, peer.default or nearest}):
            loss = peer.build(self.epsilon, effort, potentials=False)
            took, count = self.seconds_of_a_pair(loss, pairs, setup)
            told = f"{name}, {peer.effort} {effort:g}"
            yield Row(f"{told}: {_PAIRS} pairs, {count} of them timed", took * _PAIRS, "s")
            yield Row(f"{told}: that over cubeclust's", took * _PAIRS / ours)
            yield Row(f"{told}: marginal error", errors[effort])

    def seconds_of_a_pair(self, loss: Loss, pairs: int, setup: Setup) -> tuple[float, int]:
        """Mean over at most so many pairs, and how many there was time for."""
        once = min(seconds(lambda: self.value(loss, 0, 1)) for _ in range(2))
        room = int((0.1 if setup.small else 1.0) * _LONGEST / once)
        chosen = [*islice(combinations(range(_CLUSTERS), 2), max(1, min(pairs, room)))]
        return seconds(lambda: [self.value(loss, *pair) for pair in chosen]) / len(chosen), len(chosen)

    def errors(self, peer: Peer) -> dict[float, float]:
        """Marginal error at each effort, up to the first that is near enough."""
        found: dict[float, float] = {}
        first, second = (self.weights[:, place].contiguous() for place in (0, 1))
        for effort in peer.efforts:
            loss = peer.build(self.epsilon, effort, potentials=True)
            with torch.no_grad():
                f, g = loss(first, self.points, second, self.points)
            found[effort] = self.marginal_error(first, second, f.flatten(), g.flatten())
            if found[effort] <= self.tolerance:
                break
        return found

    def marginal_error(self, first: Tensor, second: Tensor, f: Tensor, g: Tensor) -> float:
        """Share of mass that a marginal of the plan has in the wrong place, the larger of the two; weights (n,)."""
        sums = log_sums(self.cost, self.epsilon, cache_bytes=0, say=lambda sentence: None)
        weights = torch.stack([second, first]).double()
        potentials = torch.stack([g, f]).double() / self.epsilon
        excess = potentials.flip(0) + sums(weights.log() + potentials)
        return float((weights.flip(0) * excess.expm1().abs()).sum(dim=1).max()) / 2

    def value(self, loss: Loss, one: int, other: int) -> float:
        """Divergence of two clusters, with its gradient by their weights taken, too."""
        first, second = (self.weights[:, place].contiguous().requires_grad_() for place in (one, other))
        value = loss(first, self.points, second, self.points)
        value.backward()
        return float(value.detach())
