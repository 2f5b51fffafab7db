"""FisherEM, velocities and k-means at the users' size, and a GPU whose memory runs out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from sklearn.metrics import adjusted_rand_score

from benchmarks.measuring import fit, made, per_iteration, seconds, spectra
from benchmarks.moving_spectra import moving_spectra, velocities
from cubeclust.methods import METHODS
from cubeclust.runtime.progress import RecordingProgress, Silent
from cubeclust.spectra import Spectra
from gpu_checks.rows import Check, Row, Setup, at_least
from gpu_checks.timing import forget_peak, most_memory

_SCARCE = 700 * 2**20  # bytes that are left free: less than a block of a kernel and what it takes to make one


def checks(setup: Setup) -> Iterator[Check]:
    """In order of worth."""
    n, n_wave = setup.size(68_232, 1500), setup.size(3592, 200)
    yield f"FisherEM, {n:,} x {n_wave:,}, k 16, DkBk", partial(fisher_em, setup, n, n_wave)
    yield "memory that runs out", lambda: out_of_memory(setup)
    yield "velocities", lambda: all_velocities(setup)
    yield f"k-means on the CPU, {n:,} x {n_wave:,}, k 16, one start", partial(kmeans, setup, n, n_wave)


def fisher_em(setup: Setup, n: int, n_wave: int) -> Iterator[Row]:
    """Covariance and eigenvectors once, and an iteration from a random partition."""
    flux = made(n, n_wave, 16, setup.device).cpu().numpy()
    forget_peak(setup.device)
    method = METHODS["fisher-em"].create(
        n_clusters=16, start_classes=np.random.default_rng(0).integers(0, 16, n), tolerance=1e-300
    )
    shared = []
    rows = spectra(flux)
    once = seconds(lambda: shared.append(method.decompose(rows, device=setup.device, cache_bytes=0)))
    yield Row("covariance and eigenvectors, once", once, "s")

    def iterate(iterations: int) -> None:
        replace(method, max_iter=iterations).fit_decomposed(shared[0], seed=0, progress=Silent())

    took = per_iteration(iterate, setup.size(10, 3))
    yield Row("an iteration", 1000 * took, "ms")
    yield most_memory(setup.device)


def all_velocities(setup: Setup) -> Iterator[Row]:
    """Gas and stars of a simulated galaxy, repeated with new noise until there are enough spectra."""
    n, n_wave = setup.size(68_232, 800), setup.size(3592, 1600)
    few = moving_spectra(24 if setup.small else 48, n_wave)
    rows = np.arange(n) % len(few)
    random = torch.Generator(setup.device).manual_seed(0)
    flux, variance = np.empty((n, n_wave), np.float32), few.variance
    assert variance is not None
    for start in range(0, n, 4096):
        some = rows[start : start + 4096]
        noise = torch.randn(len(some), n_wave, generator=random, device=setup.device).cpu().numpy()
        flux[start : start + 4096] = few.flux[some] + 0.3 * np.sqrt(variance[some]) * noise
    many = Spectra(
        flux=flux, variance=variance[rows], wavelength=few.wavelength, y=np.zeros(n, int), x=np.arange(n),
        quality=np.zeros((1, n), np.int32), snr=np.full(n, np.nan, np.float32), medium=few.medium,
    )  # fmt: skip
    velocities(few, setup.device)
    forget_peak(setup.device)
    found = []
    took = seconds(lambda: found.append(velocities(many, setup.device)))
    yield Row(f"time, {n:,} x {n_wave:,}", took, "s")
    yield at_least("share of spectra whose gas is seen", float((found[0].gas_snr > 5).mean()), 0.2)
    yield most_memory(setup.device)


def kmeans(setup: Setup, n: int, n_wave: int) -> Iterator[Row]:
    """One start, as FisherEM takes five of; scikit-learn computes on the CPU."""
    flux = made(n, n_wave, 16, setup.device).cpu().numpy()
    method, fits = METHODS["kmeans"].create(n_clusters=16, n_starts=1), []
    took = seconds(lambda: fits.append(fit(method, flux, "cpu")))
    yield Row("time", took, "s")
    yield Row("iterations", fits[0].iterations)


def out_of_memory(setup: Setup) -> Iterator[Row]:
    """Fits beside which the memory is all but taken: smaller blocks, and the same labels."""
    if setup.device != "cuda":
        yield Row("left out", "only the memory of a GPU can be taken")
        return
    n = setup.size(20_000, 12_000)
    flux = made(n, 100, 8, setup.device).cpu().numpy()
    for name, settings in (("mmd-ovo", {"kernel": "rbf"}), ("usd-ovo", {})):
        method = METHODS[name].create(n_clusters=8, max_iter=5, **settings)
        expected = fit(method, flux, setup.device)
        recorded = RecordingProgress(Silent())
        with taken(_SCARCE):
            found = method.fit(spectra(flux), seed=0, device=setup.device, cache_bytes=0, progress=recorded)
        smaller = sum("smaller blocks" in sentence for sentence in recorded.messages)
        yield Row(f"{name}, {n:,} spectra: falls to smaller blocks and says so", smaller, "times", "1", smaller == 1)
        index = float(adjusted_rand_score(expected.labels, found.labels))
        yield at_least(f"{name}: labels as with all memory, adjusted Rand index", index, 0.99)


@contextmanager
def taken(left: int) -> Iterator[None]:
    """Let only so many bytes of the GPU's memory be free."""
    torch.cuda.empty_cache()
    free, _ = torch.cuda.mem_get_info()
    ballast = torch.empty(max(0, free - left), dtype=torch.uint8, device="cuda")
    try:
        yield
    finally:
        del ballast
        torch.cuda.empty_cache()
