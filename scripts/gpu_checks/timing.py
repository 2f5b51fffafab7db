"""Clocks and meters of a device."""

from collections.abc import Callable
from functools import cache
from statistics import median

import torch

from benchmarks.measuring import gemm_rate, seconds
from cubeclust.runtime import memory
from gpu_checks.rows import Row, Setup


def typical(work: Callable[[], object], repeats: int = 5) -> float:
    """Median of the seconds of some calls, after one that does not count."""
    work()
    return median(seconds(work) for _ in range(repeats))


def copy_rate(device: str, n_bytes: int) -> float:
    """Bytes per second of a copy within the device's memory, those read and those written."""
    source = torch.ones(n_bytes // 4, device=device)
    target = torch.empty_like(source)
    return 2 * n_bytes / typical(lambda: target.copy_(source))


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
    return gemm_rate(setup.device, setup.size(8192, 512))


@cache
def large_copy(setup: Setup) -> float:
    """Bytes per second of a large copy, measured once in this process."""
    return copy_rate(setup.device, setup.size(2**32, 2**26))
