"""USD-OvO, full batch, at the users' size."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import inf

import numpy as np

from benchmarks.measuring import EVERYTHING, fit, made, per_iteration, seconds
from benchmarks.usd_step import Problem
from benchmarks.usd_training import HIDDEN, counted_solves, sinkhorn_flops, step_flops
from cubeclust.methods import METHODS
from gpu_checks.rows import Check, Row, Setup
from gpu_checks.timing import forget_peak, large_copy, large_product, most_memory

_CLUSTERS, _METRIC, _EPSILON = 11, "euclidean", "0.25r"
_STEPS = 5  # Sinkhorn steps that are timed
_GOAL = 60.0  # seconds of a whole fit


@dataclass(frozen=True)
class Case:
    """Spectra and channels, and bytes of room for K: all of it, or none."""

    n: int
    n_wave: int
    room: int = EVERYTHING

    def __str__(self) -> str:
        return f"{self.n:,} x {self.n_wave:,}, k {_CLUSTERS}, K {'kept' if self.room else 'computed anew'}"


def checks(setup: Setup) -> Iterator[Check]:
    """The largest case first: a fit until it has converged, a step of Sinkhorn and of the training."""
    few, many = setup.size(321, 40), setup.size(3592, 80)
    sizes = [setup.size(n, n // 100) for n in (68_232, 20_000, 10_000)]
    cases = [Case(n, few, room) for n in sizes for room in (EVERYTHING, 0)] + [Case(sizes[0], many)]
    fits = [(Case(n, few), 20.0) for n in sizes[1:]] + [(Case(sizes[0], many), 45.0)]
    largest = Case(sizes[0], few)
    yield f"fit until it has converged, {largest}", partial(whole_fit, setup, largest, 75.0, goal=_GOAL)
    for case in cases:
        yield f"Sinkhorn step, {case}", partial(sinkhorn_step, setup, case)
        yield f"training step, {case}", partial(training_step, setup, case)
    for case, longest in fits:
        yield f"fit until it has converged, {case}", partial(whole_fit, setup, case, longest)


def sinkhorn_step(setup: Setup, case: Case) -> Iterator[Row]:
    """One for all pairs, against what the device reaches."""
    forget_peak(setup.device)
    problem = Problem.synthetic(case.n, _CLUSTERS, _METRIC, _EPSILON, setup.device, n_wave=case.n_wave)
    solve = problem.sinkhorn(problem.divergence(case.room))
    first = min(seconds(lambda: solve(1)) for _ in range(2))
    took = (seconds(lambda: solve(1 + _STEPS)) - first) / _STEPS
    flops = sinkhorn_flops(case.n, _CLUSTERS) + (0 if case.room else 2.0 * case.n**2 * case.n_wave)
    yield Row("time", 1000 * took, "ms")
    yield Row("its products", 100 * flops / took / large_product(setup), "% of a large one's rate")
    if case.room:
        yield Row("K read twice", 100 * 2 * 4.0 * case.n**2 / took / large_copy(setup), "% of a copy's rate")


def training_step(setup: Setup, case: Case) -> Iterator[Row]:
    """One of the first, with its Sinkhorn steps."""
    flux = made(case.n, case.n_wave, _CLUSTERS, setup.device).cpu().numpy()
    settings = {"n_clusters": _CLUSTERS, "hidden": HIDDEN, "metric": _METRIC, "epsilon": _EPSILON}

    def train(iterations: int) -> None:
        fit(METHODS["usd-ovo"].create(max_iter=iterations, **settings), flux, setup.device, case.room)

    forget_peak(setup.device)
    with counted_solves() as solves:
        took = per_iteration(train, 3)
    each = float(np.mean(solves[-3:]))
    flops = step_flops(case.n, case.n_wave, _CLUSTERS, each, anew=not case.room)
    yield Row("time", 1000 * took, "ms")
    yield Row("its Sinkhorn steps", each)
    yield Row("its products", 100 * flops / took / large_product(setup), "% of a large one's rate")
    yield most_memory(setup.device)


def whole_fit(setup: Setup, case: Case, longest: float, *, goal: float = inf) -> Iterator[Row]:
    """Until it has converged, or so many seconds have passed."""
    flux = made(case.n, case.n_wave, _CLUSTERS, setup.device).cpu().numpy()
    method = METHODS["usd-ovo"].create(
        n_clusters=_CLUSTERS, hidden=HIDDEN, metric=_METRIC, epsilon=_EPSILON, tolerance=1e-4,
        max_iter=setup.size(0, 30), max_minutes=longest / 60,
    )  # fmt: skip
    forget_peak(setup.device)
    fits = []
    with counted_solves() as solves:
        took = seconds(lambda: fits.append(fit(method, flux, setup.device, case.room)))
    yield setup.goal("time", took, "s", goal)
    done = fits[0]
    yield Row("converged", "yes" if done.converged else f"no: {done.stopped}")
    yield Row("iterations", done.iterations)
    yield Row("Sinkhorn steps of an iteration", float(np.mean(solves)))
    yield Row("classes used", done.n_used)
    yield most_memory(setup.device)
