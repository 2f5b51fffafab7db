"""What the benchmarks share: spectra to work on, a fit, a clock and the machine's own rate."""

import time
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext

import numpy as np
import torch
from torch import Tensor

from cubeclust import Spectra
from cubeclust.clustering import Clustering
from cubeclust.methods.gemini import base
from cubeclust.methods.protocol import Clusterer
from cubeclust.runtime.progress import Silent

EVERYTHING = 10**12  # bytes of room in which a kernel is kept as a whole


def made(n: int, n_wave: int, k: int, device: str, seed: int = 0) -> Tensor:
    """K smooth spectra with noise, z-scored: (n, n_wave) float32 on the device, on which the numbers of a seed depend.

    Beside them it takes a block of rows.
    """
    random = torch.Generator(device).manual_seed(seed)
    grid = torch.linspace(0, 1, n_wave, device=device)
    centers = torch.rand(k, 12, 1, generator=random, device=device)
    templates = torch.exp(-0.5 * ((grid - centers) / 0.02) ** 2).sum(dim=1)
    labels = torch.randint(k, (n,), generator=random, device=device)
    flux = torch.empty(n, n_wave, device=device).normal_(0, 0.5, generator=random)
    blocks = flux.split(4096)
    for rows, kinds in zip(blocks, labels.split(4096), strict=True):
        rows.add_(templates[kinds])
    mean = sum(rows.sum(dim=0, dtype=torch.float64) for rows in blocks) / n
    for rows in blocks:
        rows.sub_(mean)
    squares = sum(rows.square().sum(dim=0, dtype=torch.float64) for rows in blocks)
    for rows in blocks:
        rows.div_((squares / n).sqrt())
    return flux


def synthetic(n: int, n_wave: int, k: int, seed: int = 0) -> np.ndarray:
    """The same, made on the CPU, as an array."""
    return made(n, n_wave, k, "cpu", seed).numpy()


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


def fit(method: Clusterer, flux: np.ndarray, device: str, room: int | None = None, seed: int = 0) -> Clustering:
    """Fit as a run does it, or with so many bytes of room, on a GPU as well, where a run takes what is free."""
    with nullcontext() if room is None else room_as_given():
        return method.fit(spectra(flux), seed=seed, device=device, cache_bytes=room or 0, progress=Silent())


@contextmanager
def room_as_given() -> Iterator[None]:
    """Let a GPU's fits have the room that they are given."""
    usual = base.cache_bytes_on
    base.cache_bytes_on = lambda device, cache_bytes: cache_bytes
    try:
        yield
    finally:
        base.cache_bytes_on = usual


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock time of one call, with what it left running on a GPU, and not what was running before."""
    _wait()
    start = time.perf_counter()
    work()
    _wait()
    return time.perf_counter() - start


def _wait() -> None:
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


def per_iteration(run: Callable[[int], object], iterations: int) -> float:
    """Seconds of one iteration once all is set up: a longer run less a run of one iteration."""
    first = min(seconds(lambda: run(1)) for _ in range(2))
    return (seconds(lambda: run(iterations + 1)) - first) / iterations


def gemm_rate(device: str, size: int = 3000, dtype: torch.dtype = torch.float32) -> float:
    """Flops per second of a large square product on this machine."""
    a = torch.randn(size, size, device=device, dtype=dtype)
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
