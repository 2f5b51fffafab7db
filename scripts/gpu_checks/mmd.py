"""MMD-OvO, full batch, at the users' size."""

from collections.abc import Iterator

from benchmarks.measuring import EVERYTHING, fit, made, per_iteration
from benchmarks.mmd import USERS_SECONDS, products
from benchmarks.mmd_kernel import kernel_flops
from cubeclust.methods import METHODS
from gpu_checks.rows import Check, Row, Setup
from gpu_checks.timing import forget_peak, peak, product_rate, seconds

_ITERATIONS = 1000  # of the users' run
_GOAL = 10.0  # seconds


def checks(setup: Setup) -> Iterator[Check]:
    """The users' run with the linear kernel, its products, and a kernel that needs K."""
    yield "linear", lambda: users_run(setup)
    yield "products of an iteration", lambda: users_products(setup)
    for word, room in (("kept", EVERYTHING), ("computed anew", 0)):
        yield f"rbf, K {word}", lambda word=word, room=room: kernel(setup, word, room)


def users_run(setup: Setup) -> Iterator[Row]:
    """The run that takes gemclus 16 hours."""
    n, n_wave, iterations = setup.size(68_232, 1000), setup.size(3592, 80), setup.size(_ITERATIONS, 20)
    flux = made(n, n_wave, 30, setup.device).cpu().numpy()
    method = METHODS["mmd-ovo"].create(n_clusters=30, hidden=20, max_iter=iterations)
    fit(METHODS["mmd-ovo"].create(n_clusters=30, hidden=20, max_iter=2), flux[:500], setup.device)  # the first of all
    fits = []
    forget_peak(setup.device)
    took = seconds(lambda: fits.append(fit(method, flux, setup.device)), setup.device)
    yield setup.goal(f"linear, {n:,} x {n_wave:,}, k 30, hidden 20, {iterations} iterations", took, "s", _GOAL)
    if not setup.small:
        yield Row("gemclus in the users' log over that", USERS_SECONDS / took)
    yield Row("classes used", fits[0].n_used)
    yield Row("most memory taken", peak(setup.device) / 1e9, "GB")


def users_products(setup: Setup) -> Iterator[Row]:
    """Each of the four products with the spectra."""
    n, n_wave = setup.size(68_232, 1000), setup.size(3592, 80)
    for name, took, flops in products(setup.device, n, n_wave):
        read = 4 * n * n_wave / took
        yield Row(
            name, f"{1000 * took:.3g} ms, {flops / took / 1e12:.3g} TFLOP/s, spectra read at {read / 1e12:.3g} TB/s"
        )


def kernel(setup: Setup, word: str, room: int) -> Iterator[Row]:
    """Seconds of an iteration and share of the rate of a large product."""
    n, n_wave, k = setup.size(68_232, 1000), setup.size(321, 80), 11
    flux = made(n, n_wave, k, setup.device).cpu().numpy()

    def run(iterations: int) -> None:
        method = METHODS["mmd-ovo"].create(n_clusters=k, kernel="rbf", max_iter=iterations)
        fit(method, flux, setup.device, room)

    forget_peak(setup.device)
    took = per_iteration(run, setup.size(20, 3))
    flops = 2.0 * n * n * k if room else kernel_flops(n, n_wave, k)
    rate = product_rate(setup.device, setup.size(8192, 512))
    yield Row(f"rbf, {n:,} x {n_wave}, k {k}, K {word}: an iteration", 1000 * took, "ms")
    yield Row("share of a large product's rate", f"{flops / took / rate:.0%}")
    if room:
        yield Row("K read once an iteration at", 4.0 * n * n / took / 1e12, "TB/s")
    yield Row("most memory taken", peak(setup.device) / 1e9, "GB")
