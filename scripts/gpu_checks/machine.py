"""The rates that all others are held against."""

from collections.abc import Iterator

import torch

from benchmarks.measuring import gemm_rate, seconds
from gpu_checks.rows import Check, Row, Setup, at_most
from gpu_checks.timing import copy_rate

_LAUNCHES = 1000


def checks(setup: Setup) -> Iterator[Check]:
    """Rates of products and copies, and what an operation takes to be launched."""
    yield f"product of two {side(setup)} x {side(setup)} matrices", lambda: products(setup)
    yield "copy within the device's memory", lambda: copies(setup)
    yield "operation on one number", lambda: launches(setup)


def side(setup: Setup) -> int:
    """Rows and columns of a large matrix."""
    return setup.size(8192, 512)


def products(setup: Setup) -> Iterator[Row]:
    """Rates, and the error of the float32 product against the float64 one: with TF32 it would be 3e-4."""
    for dtype, name in ((torch.float32, "float32"), (torch.float64, "float64")):
        yield Row(f"rate, {name}", gemm_rate(setup.device, side(setup), dtype) / 1e12, "TFLOP/s")
    a, b = (torch.randn(side(setup), side(setup), device=setup.device) for _ in range(2))
    exact = a[:64].double() @ b.double()
    error = torch.linalg.vector_norm((a @ b)[:64] - exact) / torch.linalg.vector_norm(exact)
    yield at_most("relative error, float32", float(error), 1e-5)


def copies(setup: Setup) -> Iterator[Row]:
    """One of 4 GB."""
    rate = copy_rate(setup.device, setup.size(2**32, 2**26))
    yield Row("bytes read and written", rate / 1e12, "TB/s")


def launches(setup: Setup) -> Iterator[Row]:
    """Many operations on a single number: what small fits are made of."""
    number = torch.zeros(1, device=setup.device)

    def many() -> None:
        for _ in range(_LAUNCHES):
            number.add_(1)

    many()
    yield Row("time", seconds(many) / _LAUNCHES * 1e6, "us")
