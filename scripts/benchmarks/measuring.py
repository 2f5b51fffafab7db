"""What the benchmarks share: spectra to work on, a fit, a clock and the machine's own rate."""

import time
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable

import numpy as np
import torch

from cubeclust import Spectra
from cubeclust.clustering import Clustering
from cubeclust.methods.protocol import Clusterer
from cubeclust.progress import Silent

EVERYTHING = 10**12  # bytes of room in which a kernel is kept as a whole


def synthetic(n: int, n_wave: int, k: int, seed: int = 0) -> np.ndarray:
    """K smooth spectra with noise, z-scored, by blocks of rows: (n, n_wave) float32."""
    random = np.random.default_rng(seed)
    grid = np.linspace(0, 1, n_wave)
    centers = random.uniform(0, 1, (k, 12, 1))
    templates = np.exp(-0.5 * ((grid - centers) / 0.02) ** 2).sum(axis=1).astype(np.float32)
    flux = np.empty((n, n_wave), np.float32)
    for start in range(0, n, 4096):
        rows = flux[start : start + 4096]
        rows[:] = templates[random.integers(0, k, len(rows))]
        rows += 0.5 * random.standard_normal(rows.shape, dtype=np.float32)
    flux -= flux.mean(axis=0, dtype=np.float64).astype(np.float32)
    for channel in np.array_split(np.arange(n_wave), max(1, n_wave // 64)):
        flux[:, channel] /= flux[:, channel].std(axis=0)
    return flux


def spectra(flux: np.ndarray) -> Spectra:
    """The rows as spectra in a row on the sky."""
    n, n_wave = flux.shape
    return Spectra(
        flux=flux,
        wavelength=np.linspace(4750.0, 9300.0, n_wave),
        y=np.zeros(n, int),
        x=np.arange(n),
        quality=np.zeros((1, n), np.int32),
        snr=np.full(n, np.nan, np.float32),
    )


def fit(method: Clusterer, flux: np.ndarray, device: str, room: int = 0, seed: int = 0) -> Clustering:
    """Fit as a run does it."""
    return method.fit(spectra(flux), seed=seed, device=device, room=room, report=Silent())


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock time of one call, with what it left running on a GPU."""
    start = time.perf_counter()
    work()
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return time.perf_counter() - start


def per_iteration(run: Callable[[int], object], iterations: int) -> float:
    """Seconds of one iteration once all is set up: a longer run less a run of one iteration."""
    first = min(seconds(lambda: run(1)) for _ in range(2))
    return (seconds(lambda: run(iterations + 1)) - first) / iterations


def gemm_rate(device: str, size: int = 3000) -> float:
    """Flops per second of a large square float32 product on this machine."""
    a = torch.randn(size, size, device=device)
    a @ a
    repeats = 10
    return repeats * 2 * size**3 / seconds(lambda: [float((a @ a)[0, 0]) for _ in range(repeats)])


def names_of(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Reader of an option that takes some of the known names, between commas."""

    def read(text: str) -> list[str]:
        names = [name for name in text.split(",") if name]
        unknown = sorted(set(names) - set(known))
        if unknown:
            raise ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(known)}")
        return names

    return read


def numbers(text: str) -> list[int]:
    """Whole numbers between commas; none in an empty text."""
    return [int(number) for number in text.split(",") if number]
