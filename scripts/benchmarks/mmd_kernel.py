"""MMD GEMINI with a kernel other than the linear one: seconds per iteration with K kept and with K computed anew."""

from collections.abc import Iterator

import numpy as np
import torch

from benchmarks.measuring import EVERYTHING, fit, gemm_rate, made, per_iteration, seconds, synthetic
from benchmarks.rows import Row
from cubeclust.divergences.gram import Gram
from cubeclust.divergences.kernels import Kernel
from cubeclust.methods import METHODS
from cubeclust.runtime import memory


def beside_gemclus(kernel: str, sizes: list[int], iterations: int, peer: int, device: str) -> Iterator[Row]:
    """Seconds per iteration of MMD OvO with K kept, and with K computed anew, beside gemclus up to `peer` spectra."""
    n_wave, k = 321, 11
    rate = gemm_rate(device)
    print(f"MMD OvO, {kernel}, d = {n_wave}, k = {k}, hidden 50, full batch, {device}; s/iteration")
    print(f"a large product runs at {rate / 1e9:.0f} GFLOP/s")
    for n in sizes:
        flux = synthetic(n, n_wave, k)
        theirs = _gemclus(flux, k, kernel, iterations) if n <= peer else float("nan")
        kept, anew = (_cubeclust(flux, k, kernel, iterations, room=room, device=device) for room in (EVERYTHING, 0))
        flops = kernel_flops(n, n_wave, k) / anew
        yield {
            "spectra": n,
            "gemclus [s]": theirs,
            "K kept [s]": kept,
            "K anew [s]": anew,
            "anew [GFLOP/s]": flops / 1e9,
            "share of a large product [%]": 100 * flops / rate,
        }


def _cubeclust(flux: np.ndarray, k: int, kernel: str, iterations: int, *, room: int, device: str) -> float:
    def run(count: int) -> None:
        fit(
            METHODS["mmd-ovo"].create(
                n_starts=1, optimizer="adam", n_clusters=k, hidden=50, kernel=kernel, max_iter=count
            ),
            flux,
            device,
            room,
        )

    return per_iteration(run, iterations)


def _gemclus(flux: np.ndarray, k: int, kernel: str, iterations: int) -> float:
    """Its K is computed once and kept in float64."""
    from gemclus.mlp import MLPMMD

    def run(count: int) -> None:
        MLPMMD(n_clusters=k, n_hidden_dim=50, max_iter=count, kernel=kernel, ovo=True, random_state=0).fit(flux)

    return per_iteration(run, iterations)


def kernel_flops(n: int, n_wave: int, k: int) -> float:
    """Flops of one iteration with K computed anew: half of X X^T, and K U."""
    return n * n * n_wave + 2 * n * n * k


def full_size(
    kernel: str, device: str, *, n: int = 68_232, n_wave: int = 3_592, k: int = 30, part: int = 10_240
) -> Row:
    """The users' size, projected from the products of fewer spectra with all their channels."""
    data, lines = made(part, n_wave, k, device), torch.randn(k, part, device=device)
    rate = gemm_rate(device)
    gram = Gram(Kernel(kernel).entries(data), part, data)
    gram.product(lines)
    anew = min(seconds(lambda: float(gram.product(lines)[0, 0])) for _ in range(3))
    gram.cache_bytes = EVERYTHING
    gram.product(lines)
    kept = min(seconds(lambda: float(gram.product(lines)[0, 0])) for _ in range(3))
    share = kernel_flops(part, n_wave, k) / anew / rate
    scale = (n / part) ** 2
    print(f"{kernel}, {n} x {n_wave}, k = {k}, projected from {part} spectra: s/iteration")
    return {
        "spectra": n,
        "channels": n_wave,
        "K kept [s]": kept * scale,
        "memory of K": memory.readable(2 * n * n),
        "K anew [s]": anew * scale,
        "share of a large product [%]": 100 * share,
    }
