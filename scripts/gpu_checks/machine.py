"""The rates that all others are held against."""

from collections.abc import Iterator

import torch

from gpu_checks.rows import Check, Row, Setup, at_most
from gpu_checks.timing import copy_rate, product_rate, seconds, waited

_LAUNCHES = 1000


def checks(setup: Setup) -> Iterator[Check]:
    """Rates of products and copies, exactness, and what a kernel takes to be launched."""
    yield "products", lambda: products(setup)
    yield "exactness", lambda: exactness(setup)
    yield "copies", lambda: copies(setup)
    yield "launches", lambda: launches(setup)


def products(setup: Setup) -> Iterator[Row]:
    """Large square products without TF32."""
    size = setup.size(8192, 512)
    for dtype, name in ((torch.float32, "float32"), (torch.float64, "float64")):
        rate = product_rate(setup.device, size, dtype)
        yield Row(f"product of two {size} x {size} matrices, {name}", rate / 1e12, "TFLOP/s")


def exactness(setup: Setup) -> Iterator[Row]:
    """A float32 product against the float64 one: TF32 would err by 3e-4."""
    size = setup.size(8192, 512)
    a, b = (torch.randn(size, size, device=setup.device) for _ in range(2))
    exact = a[:64].double() @ b.double()
    error = torch.linalg.vector_norm((a @ b)[:64] - exact) / torch.linalg.vector_norm(exact)
    yield at_most("relative error of the float32 product (TF32: 3e-4)", float(error), 1e-5)


def copies(setup: Setup) -> Iterator[Row]:
    """Within the device's memory."""
    rate = copy_rate(setup.device, setup.size(2**32, 2**26))
    yield Row("copy, bytes read and written", rate / 1e12, "TB/s")


def launches(setup: Setup) -> Iterator[Row]:
    """Many operations on a single number: what small fits are made of."""
    number = torch.zeros(1, device=setup.device)
    waited(setup.device)

    def many() -> None:
        for _ in range(_LAUNCHES):
            number.add_(1)

    many()
    yield Row("an operation on one number", seconds(many, setup.device) / _LAUNCHES * 1e6, "us")
