"""The memory budget: bytes free, bytes that a run needs, bytes at its peak."""

import resource
import sys
from pathlib import Path

import psutil

from cubeclust.errors import InputError

# Interpreter, torch, mpdaf, scikit-learn and matplotlib once imported (measured: 0.45 GB on Linux).
LIBRARIES = 500 * 2**20
BLOCK = 64 * 2**20  # bytes of one block of rows or planes
KERNEL_SIDE = 2048  # rows and columns of one block of a kernel on the CPU


def available() -> int:
    """Bytes of memory free now, within the limit of the batch job's control group."""
    free = int(psutil.virtual_memory().available)
    own = psutil.Process().memory_info().rss
    return min([free, *(limit - own for limit in _group_limits())])


def _group_limits() -> list[int]:
    """Memory limits in bytes of the Linux control groups (version 1 or 2) around this process."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    limits = []
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if "memory" in controllers.split(","):
            root, name = Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"
        elif not controllers:
            root, name = Path("/sys/fs/cgroup"), "memory.max"
        else:
            continue
        here = root / group.strip("/")
        limits += [_limit(folder / name) for folder in (here, *here.parents) if folder.is_relative_to(root)]
    return [limit for limit in limits if limit is not None]


def _limit(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # no such file, or the word "max"
        return None


def peak() -> int:
    """Bytes of resident memory at this process's peak so far.

    On Linux that of its own memory map: getrusage begins with the peak of the process that started this one.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used if sys.platform == "darwin" else used * 1024


def readable(n_bytes: float) -> str:
    """Bytes with a unit, 2.65 GB (powers of 1000)."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= size:
            return f"{n_bytes / size:.3g} {unit}"
    return f"{n_bytes:.0f} B"


def rows_per_block(row_bytes: int) -> int:
    """Rows whose float32 samples fill one block."""
    return max(1, BLOCK // max(1, row_bytes))


def stages(n_spectra: int, n_read: int, n_features: int, *, with_variance: bool, method: int) -> dict[str, int]:
    """Bytes that each stage of a run takes.

    n_read channels are read and n_features of them enter the method, which takes `method` bytes beside
    them. Every step of the preprocessing holds its old and its new float32 arrays for a moment; fitting holds
    the spectra, with their variance, and the scaled copy.
    """
    arrays = 2 if with_variance else 1
    read = 4 * n_spectra * n_read * arrays
    features = 4 * n_spectra * n_features
    base = LIBRARIES + 2 * BLOCK
    return {"read": base + read, "preprocess": base + 2 * read, "fit": base + features * (arrays + 1) + method}


def cache_bytes(budget: int, n_spectra: int, n_features: int, *, with_variance: bool) -> int:
    """Bytes of the budget that a fit may cache in: what spectra, variance and scaled copy leave, less a fifth."""
    held = 4 * n_spectra * n_features * (3 if with_variance else 2)
    return int(0.8 * (budget - LIBRARIES - 2 * BLOCK - held))


def require(need: int, budget: int) -> None:
    """Raise InputError if the need exceeds the budget."""
    if need > budget:
        raise InputError(
            f"The run needs about {readable(need)} of memory and the budget is {readable(budget)}: "
            "narrow it with --window or --crop, or raise --memory."
        )
