"""USD-OvO, full batch, at the users' size."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from math import inf

import numpy as np

from benchmarks.measuring import EVERYTHING, fit, made, per_iteration
from benchmarks.usd_step import Problem
from benchmarks.usd_training import HIDDEN, counted_solves, sinkhorn_flops, step_flops
from cubeclust.methods import METHODS
from gpu_checks.rows import Check, Row, Setup
from gpu_checks.timing import copy_rate, forget_peak, peak, product_rate, seconds

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
    yield f"fit of {Case(sizes[0], few)}", partial(whole_fit, setup, Case(sizes[0], few), 75.0, goal=_GOAL)
    for case in cases:
        yield f"Sinkhorn step of {case}", partial(sinkhorn_step, setup, case)
        yield f"training step of {case}", partial(training_step, setup, case)
    for case, longest in fits:
        yield f"fit of {case}", partial(whole_fit, setup, case, longest)


@cache
def product(setup: Setup) -> float:
    """Flops per second of a large product, measured in this process."""
    return product_rate(setup.device, setup.size(8192, 512))


@cache
def copy(setup: Setup) -> float:
    """Bytes per second of a copy, measured in this process."""
    return copy_rate(setup.device, setup.size(2**32, 2**26))


def sinkhorn_step(setup: Setup, case: Case) -> Iterator[Row]:
    """One for all pairs, against what the device reaches."""
    forget_peak(setup.device)
    problem = Problem.synthetic(case.n, _CLUSTERS, _METRIC, _EPSILON, setup.device, n_wave=case.n_wave)
    solve = problem.sinkhorn(problem.divergence(case.room))
    first = min(seconds(lambda: solve(1), setup.device) for _ in range(2))
    took = (seconds(lambda: solve(1 + _STEPS), setup.device) - first) / _STEPS
    flops = sinkhorn_flops(case.n, _CLUSTERS) + (0 if case.room else 2.0 * case.n**2 * case.n_wave)
    yield Row(f"{case}: a Sinkhorn step", 1000 * took, "ms")
    yield Row("its products at", f"{flops / took / product(setup):.0%} of a large one")
    if case.room:
        yield Row("K read twice a step at", f"{2 * 4.0 * case.n**2 / took / copy(setup):.0%} of a copy")


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
    share = f"{flops / took / product(setup):.0%} of a large product's rate"
    yield Row(f"{case}: a training step", f"{1000 * took:.3g} ms, {each:.1f} Sinkhorn steps, {share}")
    yield Row("most memory taken", peak(setup.device) / 1e9, "GB")


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
        took = seconds(lambda: fits.append(fit(method, flux, setup.device)), setup.device)
    yield setup.goal(f"{case}: a fit until it has converged", took, "s", goal)
    done = fits[0]
    state = "converged" if done.converged else f"not converged ({done.stopped})"
    yield Row("its end", f"{state} after {done.iterations} iterations of {np.mean(solves):.1f} Sinkhorn steps")
    yield Row("classes used", done.n_used)
    yield Row("most memory taken", peak(setup.device) / 1e9, "GB")
