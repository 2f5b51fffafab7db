"""MMD GEMINI beside gemclus, full batch.

The linear kernel by whole fits, `--full N` also at the users' size; other kernels by seconds per iteration.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator

import torch

from benchmarks import mmd_kernel
from benchmarks.measuring import fit, gemm_rate, numbers, seconds, synthetic
from benchmarks.rows import Row
from cubeclust.divergences.embedding import weighted_sums
from cubeclust.methods import METHODS
from cubeclust.runtime import memory

USERS_SECONDS = 58_791  # gemclus, MMD OvO, 68,232 x 3,592, k = 30, hidden 20, 1000 iterations: the users' log


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--kernel", default="linear", help="kernel of the MMD")
    parser.add_argument("--sizes", type=numbers, help="numbers of spectra beside gemclus; empty = none")
    parser.add_argument("--iterations", type=int, help="iterations beside gemclus")
    parser.add_argument("--peer", type=int, default=8000, help="most spectra for gemclus with a kernel (n x n float64)")
    parser.add_argument(
        "--full", type=int, default=0, metavar="N", help="iterations at 68,232 x 3,592, cubeclust alone"
    )


def run(options: Namespace) -> Iterator[Row]:
    linear, device = options.kernel == "linear", options.device
    default = [2000, 4000, 8000] if linear else [8000, 20000]
    sizes = default if options.sizes is None else options.sizes
    if not linear:
        yield from mmd_kernel.beside_gemclus(options.kernel, sizes, options.iterations or 5, options.peer, device)
        yield mmd_kernel.full_size(options.kernel, device)
    elif sizes:
        yield from beside_gemclus(sizes, options.iterations or 30, device)
    if options.full:
        for name, took, flops in products(device):
            yield {"product": name, "s": took, "GFLOP/s": flops / took / 1e9}
        yield full_size(options.full, device)


def beside_gemclus(sizes: list[int], iterations: int, device: str, n_wave: int = 321, k: int = 11) -> Iterator[Row]:
    """MMD OvO, linear kernel, full batch, the same iterations, fit as a user calls it."""
    from gemclus.mlp import MLPMMD

    print(f"MMD OvO, d = {n_wave}, k = {k}, hidden 50, {iterations} iterations, full batch")
    method = METHODS["mmd-ovo"].create(
        n_starts=1, optimizer="adam", n_clusters=k, hidden=50, max_iter=iterations, tolerance=0.0
    )
    fit(method, synthetic(500, n_wave, k), device)  # imports and threads, not counted
    for n in sizes:
        flux = synthetic(n, n_wave, k)
        peer = MLPMMD(n_clusters=k, n_hidden_dim=50, max_iter=iterations, ovo=True, random_state=0)
        theirs = seconds(lambda peer=peer, flux=flux: peer.fit(flux))
        ours = seconds(lambda flux=flux: fit(method, flux, device))
        yield {"spectra": n, "gemclus [s]": theirs, "cubeclust [s]": ours, "ratio": theirs / ours}


def full_size(
    iterations: int, device: str, *, n: int = 68_232, n_wave: int = 3_592, k: int = 30, hidden: int = 20
) -> Row:
    """The users' run, beside the time in their log, and against the flops that it needs."""
    flux = synthetic(n, n_wave, k)
    made = memory.peak()
    method = METHODS["mmd-ovo"].create(
        n_starts=1, optimizer="adam", n_clusters=k, hidden=hidden, max_iter=iterations, tolerance=0.0
    )
    fits = []
    took = seconds(lambda: fits.append(fit(method, flux, device)))
    flops = 4 * n * n_wave * (k + hidden) * iterations  # X W, P^T X and their two transposes in the gradient
    rate = gemm_rate(device)
    print(f"MMD OvO, {n} x {n_wave}, k = {k}, hidden {hidden}, {iterations} iterations, {device}")
    return {
        "cubeclust [s]": took,
        "users' gemclus [s]": USERS_SECONDS,
        "ratio": USERS_SECONDS / took,
        "peak memory": memory.readable(memory.peak()),
        "data": memory.readable(made),
        "products needed [flop]": f"{flops:.3g}",
        "large product [GFLOP/s]": rate / 1e9,
        "share of that rate [%]": 100 * flops / took / rate,
        "classes used": fits[0].n_used,
    }


def products(
    device: str, n: int = 68_232, n_wave: int = 3_592, k: int = 30, hidden: int = 20
) -> Iterator[tuple[str, float, float]]:
    """Yield name, seconds and flops of each of the four products of one iteration."""
    data = torch.randn(n, n_wave, device=device)
    first = torch.nn.Linear(n_wave, hidden, device=device)
    weights = torch.rand(n, k, device=device, requires_grad=True)

    def timed(work: Callable[[], object]) -> float:
        work()
        return min(seconds(work) for _ in range(3))

    hidden_flops, sum_flops = 2.0 * n * n_wave * hidden, 2.0 * n * n_wave * k
    activations = first(data)
    upstream = torch.randn_like(activations)
    yield "X W (network, forward)", timed(lambda: first(data)), hidden_flops
    backward = timed(lambda: activations.backward(upstream, retain_graph=True))
    yield "X^T dH (network, backward)", backward, hidden_flops
    sums = weighted_sums(weights, data)
    gradient = torch.randn_like(sums)
    yield "P^T X (means, forward)", timed(lambda: weighted_sums(weights, data)), sum_flops
    yield "X G^T (means, backward)", timed(lambda: sums.backward(gradient, retain_graph=True)), sum_flops
