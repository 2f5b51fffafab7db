"""Seconds of a training with the USD GEMINI: full batch with K kept and anew, and minibatches at the users' size."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from benchmarks.measuring import EVERYTHING, fit, gemm_rate, per_iteration, seconds, synthetic
from benchmarks.rows import Row
from cubeclust.clustering import Clustering
from cubeclust.divergences import usd
from cubeclust.methods import METHODS
from cubeclust.runtime import memory

_N_WAVE, HIDDEN = 321, 50
_PART = 2000  # spectra on which the iterations to convergence are counted
_STEPS = 3  # timed iterations


def full_batch(sizes: list[int], metric: str, epsilon: str, k: int, device: str) -> Iterator[Row]:
    """Seconds of one of the first steps, network and USD, K computed anew and kept; time to convergence projected."""
    settings = {"n_clusters": k, "hidden": HIDDEN, "metric": metric, "epsilon": epsilon}
    needed, usual = converged_after(settings, device)
    rate = gemm_rate(device)
    print(f"training, USD OvO, {metric}, epsilon {epsilon}, d = {_N_WAVE}, k = {k}, hidden {HIDDEN}, {device}")
    print(
        f"{needed} iterations of {usual:.1f} Sinkhorn steps until a change of 1e-4 with {_PART} spectra, which the "
        f"projection takes; a large product: {rate / 1e9:.0f} GFLOP/s"
    )
    for word, room in (("anew", 0), ("kept", EVERYTHING)):  # the smaller need first: a process has one peak
        for n in sizes:
            took, steps = training_step(synthetic(n, _N_WAVE, k), settings, room, device)
            share = step_flops(n, _N_WAVE, k, steps, anew=not room) / took / rate
            yield {
                "spectra": n,
                "K": word,
                "s/step": took,
                "Sinkhorn steps": steps,
                "share of a large product [%]": 100 * share,
                "peak memory": memory.readable(memory.peak()),
                "to converge [s]": took / steps * usual * needed,
            }


def training_step(flux: np.ndarray, settings: dict, room: int, device: str) -> tuple[float, float]:
    """Seconds and Sinkhorn steps of one training step, mean over a few."""
    with counted_solves() as solves:
        took = per_iteration(lambda count: run(flux, count, settings, room, device), _STEPS)
    return took, float(np.mean(solves[-_STEPS:]))


def run(flux: np.ndarray, count: int, settings: dict, room: int, device: str) -> Clustering:
    return fit(METHODS["usd-ovo"].create(n_starts=1, optimizer="adam", max_iter=count, **settings), flux, device, room)


def converged_after(settings: dict, device: str) -> tuple[int, float]:
    """Iterations of a full-batch training until it has converged to 1e-4, and their mean number of Sinkhorn steps."""
    method = METHODS["usd-ovo"].create(n_starts=1, optimizer="adam", tolerance=1e-4, **settings)
    with counted_solves() as solves:
        done = fit(method, synthetic(_PART, _N_WAVE, settings["n_clusters"]), device, EVERYTHING).iterations
    return done, float(np.mean(solves))


@contextmanager
def counted_solves() -> Iterator[list[int]]:
    """Sinkhorn steps of each solve within."""
    counts: list[int] = []
    solve = usd.solve

    def counting(*args, **options):
        potentials = solve(*args, **options)
        counts.append(potentials.steps)
        return potentials

    usd.solve = counting
    try:
        yield counts
    finally:
        usd.solve = solve


def step_flops(n: int, n_wave: int, k: int, steps: float, *, anew: bool) -> float:
    """Flops of a training step.

    The network's products with the spectra; in each Sinkhorn step two products with K, of the pairs and the clusters
    with themselves and of the pairs alone; for each product half of K where it is computed anew.
    """
    kernel = n * n * n_wave if anew else 0
    return 4 * n * n_wave * HIDDEN + steps * (sinkhorn_flops(n, k) + 2 * kernel)


def sinkhorn_flops(n: int, k: int) -> float:
    """Flops of the products with K in one Sinkhorn step."""
    pairs = k * (k - 1) // 2
    return 2.0 * n * n * (2 * pairs + k)


def full_size(epochs: int, metric: str, epsilon: str, k: int, device: str, *, n: int = 68_232) -> Row:
    """Seconds of an epoch of minibatches of 4096 with the users' number of spectra."""
    flux = synthetic(n, _N_WAVE, k)
    method = METHODS["usd-ovo"].create(
        n_starts=1,
        optimizer="adam",
        n_clusters=k,
        hidden=HIDDEN,
        metric=metric,
        epsilon=epsilon,
        batch_size=4096,
        max_iter=epochs,
        tolerance=1e-4,
    )
    fits = []
    took = seconds(lambda: fits.append(fit(method, flux, device, EVERYTHING)))
    done = fits[0].iterations
    print(f"USD OvO, {n} x {_N_WAVE}, k = {k}, {metric}, epsilon {epsilon}, batches of 4096, {device}")
    objective = fits[0].history["gemini"]
    return {
        "s": took,
        "epochs": done,
        "s/epoch": took / done,
        "objective, first": float(objective[0]),
        "objective, last": float(objective[-1]),
        "classes used": fits[0].n_used,
        "converged": str(fits[0].converged),
        "peak memory": memory.readable(memory.peak()),
    }
