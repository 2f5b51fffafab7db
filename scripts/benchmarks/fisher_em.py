"""FisherEM: seconds of an iteration (F, M and E step) beside those of FisherEM 1.6.1 in R.

R's seconds of a pass are measured figures: R 4.2.2 with OpenBLAS on two cores of such a machine, model DkBk, svd, 16
classes, a start given; a second thread changes nothing there. It cannot hold the largest size. Each size runs in a
process of its own, so that its peak of memory is its own.
"""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from math import nan
from multiprocessing import get_context

import numpy as np
import torch

from benchmarks.measuring import gemm_rate, per_iteration, seconds, spectra, synthetic
from benchmarks.rows import Row
from cubeclust.fisher.models import MODELS
from cubeclust.methods import METHODS
from cubeclust.runtime import memory
from cubeclust.runtime.progress import Silent

R_SECONDS = {(2000, 300): 0.82, (10000, 300): 3.88, (68232, 321): 50.47}  # of a pass


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--sizes", type=sizes, default="2000x300,10000x300,68232x321,68232x3592", help="spectra x channels"
    )
    parser.add_argument("--clusters", type=int, default=16)
    parser.add_argument("--model", choices=[*MODELS], default="DBk")
    parser.add_argument("--fisher-step", choices=["svd", "gs", "reg"], default="svd")
    parser.add_argument("--iterations", type=int, default=10, help="timed, after a first one")


def sizes(text: str) -> list[tuple[int, int]]:
    """Pairs of numbers such as 2000x300 between commas."""
    try:
        return [(int(n), int(p)) for n, p in (entry.split("x") for entry in text.split(","))]
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r}: give sizes such as 2000x300,10000x300") from error


def run(options: Namespace) -> Iterator[Row]:
    print(f"FisherEM {options.model}, {options.fisher_step}, k = {options.clusters}, {options.device}, "
          f"{torch.get_num_threads()} threads, product rate {gemm_rate(options.device) / 1e9:.0f} Gflop/s")  # fmt: skip
    for n, p in options.sizes:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            yield pool.submit(measure, n, p, options).result()


def measure(n: int, p: int, options: Namespace) -> Row:
    """Times and memory of one size; memory counts from a process that has fitted something small."""
    fit_to(synthetic(200, 30, options.clusters), options)
    base = memory.peak()
    flux = synthetic(n, p, options.clusters)
    once, took = fit_to(flux, options)
    peak, peer = memory.peak() - base, R_SECONDS.get((n, p), nan)
    return {
        "spectra": n,
        "channels": p,
        "R [s/iteration]": peer,
        "cubeclust [s/iteration]": took,
        "ratio": peer / took,
        "covariance, once [s]": once,
        "memory": memory.readable(peak),
        "memory / spectra": peak / flux.nbytes,
    }


def fit_to(flux: np.ndarray, options: Namespace) -> tuple[float, float]:
    """Seconds of the decomposition and of an iteration, from a random partition."""
    method = METHODS["fisher-em"].create(
        n_clusters=options.clusters,
        model=options.model,
        fisher_step=options.fisher_step,
        start_classes=np.random.default_rng(0).integers(0, options.clusters, len(flux)),
        tolerance=1e-300,
    )
    shared = []
    once = seconds(lambda: shared.append(method.decompose(spectra(flux), device=options.device, cache_bytes=0)))

    def fit(iterations: int) -> None:
        replace(method, max_iter=iterations).fit_decomposed(shared[0], seed=0, progress=Silent())

    return once, per_iteration(fit, options.iterations)
