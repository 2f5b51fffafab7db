"""MMD-OvO, full batch, at the users' size."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from benchmarks.measuring import EVERYTHING, fit, made, per_iteration, seconds
from benchmarks.mmd import USERS_SECONDS, products
from benchmarks.mmd_kernel import kernel_flops
from cubeclust.methods import METHODS
from gpu_checks.rows import Check, Row, Setup
from gpu_checks.timing import forget_peak, large_product, most_memory

_CLUSTERS = 11
_GOAL = 10.0  # seconds of the users' run


def checks(setup: Setup) -> Iterator[Check]:
    """The users' run with the linear kernel, its products, and a kernel that needs K."""
    n, n_wave, few = setup.size(68_232, 1000), setup.size(3592, 80), setup.size(321, 80)
    iterations = setup.size(1000, 20)
    yield (
        f"linear, {n:,} x {n_wave:,}, k 30, hidden 20, {iterations:,} iterations",
        partial(users_run, setup, n, n_wave, iterations),
    )
    yield f"the products of an iteration, {n:,} x {n_wave:,}", partial(users_products, setup, n, n_wave)
    for word, room in (("kept", EVERYTHING), ("computed anew", 0)):
        yield f"rbf, {n:,} x {few}, k {_CLUSTERS}, K {word}", partial(kernel, setup, n, few, room)


def users_run(setup: Setup, n: int, n_wave: int, iterations: int) -> Iterator[Row]:
    """The run that takes gemclus 16 hours."""
    flux = made(n, n_wave, 30, setup.device).cpu().numpy()
    method = METHODS["mmd-ovo"].create(n_clusters=30, hidden=20, max_iter=iterations, tolerance=0.0)
    fit(replace(method, max_iter=2), flux[:500], setup.device)  # the first of all, which is slow
    fits = []
    forget_peak(setup.device)
    took = seconds(lambda: fits.append(fit(method, flux, setup.device)))
    yield setup.goal("time", took, "s", _GOAL)
    if not setup.small:
        yield Row("gemclus in the users' log", USERS_SECONDS / took, "times that")
    yield Row("classes used", fits[0].n_used)
    yield most_memory(setup.device)


def users_products(setup: Setup, n: int, n_wave: int) -> Iterator[Row]:
    """Each of the four products with the spectra."""
    for name, took, flops in products(setup.device, n, n_wave):
        yield Row(f"{name}: time", 1000 * took, "ms")
        yield Row(f"{name}: rate", flops / took / 1e12, "TFLOP/s")
        yield Row(f"{name}: spectra read at", 4 * n * n_wave / took / 1e12, "TB/s")


def kernel(setup: Setup, n: int, n_wave: int, room: int) -> Iterator[Row]:
    """Time of an iteration and share of the rate of a large product."""
    flux = made(n, n_wave, _CLUSTERS, setup.device).cpu().numpy()

    def run(iterations: int) -> None:
        method = METHODS["mmd-ovo"].create(n_clusters=_CLUSTERS, kernel="rbf", max_iter=iterations)
        fit(method, flux, setup.device, room)

    forget_peak(setup.device)
    took = per_iteration(run, setup.size(20, 3))
    flops = 2.0 * n * n * _CLUSTERS if room else kernel_flops(n, n_wave, _CLUSTERS)
    yield Row("an iteration", 1000 * took, "ms")
    yield Row("its products", 100 * flops / took / large_product(setup), "% of a large one's rate")
    if room:
        yield Row("K read at", 4.0 * n * n / took / 1e12, "TB/s")
    yield most_memory(setup.device)
