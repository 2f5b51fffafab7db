"""Clocks and meters of a device."""

import time
from collections.abc import Callable
from functools import cache
from statistics import median

import torch

from cubeclust import memory
from gpu_checks.rows import Row, Setup


def waited(device: str) -> None:
    """Wait for what the device has yet to do."""
    if device == "cuda":
        torch.cuda.synchronize()


def seconds(work: Callable[[], object], device: str) -> float:
    """Seconds of one call, with all that it has the device do."""
    waited(device)
    start = time.perf_counter()
    work()
    waited(device)
    return time.perf_counter() - start


def typical(work: Callable[[], object], device: str, repeats: int = 5) -> float:
    """Median of the seconds of some calls, after one that does not count."""
    work()
    return median(seconds(work, device) for _ in range(repeats))


def product_rate(device: str, size: int, dtype: torch.dtype = torch.float32) -> float:
    """Flops per second of a product of two square matrices, random ones."""
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    return 2 * size**3 / typical(lambda: a @ b, device)


def copy_rate(device: str, n_bytes: int) -> float:
    """Bytes per second of a copy within the device's memory, those read and those written."""
    source = torch.ones(n_bytes // 4, device=device)
    target = torch.empty_like(source)
    return 2 * n_bytes / typical(lambda: target.copy_(source), device)


def forget_peak(device: str) -> None:
    """Let the peak of the GPU's memory count from here, with nothing held back from work that is done."""
    if device == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def most_memory(device: str) -> Row:
    """Most memory taken: on a GPU there since `forget_peak`, else by this process so far."""
    taken = torch.cuda.max_memory_allocated() if device == "cuda" else memory.peak()
    return Row("most memory taken", taken / 1e9, "GB")


@cache
def large_product(setup: Setup) -> float:
    """Flops per second of a large float32 product, measured once in this process."""
    return product_rate(setup.device, setup.size(8192, 512))


@cache
def large_copy(setup: Setup) -> float:
    """Bytes per second of a large copy, measured once in this process."""
    return copy_rate(setup.device, setup.size(2**32, 2**26))
