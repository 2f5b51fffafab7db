"""The blockwise product against the dense one, and what it keeps and does when memory runs out."""

import weakref

import numpy as np
import pytest
import torch
from sklearn.metrics.pairwise import pairwise_kernels

from cubeclust.divergences.entries import precomputed
from cubeclust.divergences.gram import SIDE, Gram
from cubeclust.divergences.kernels import KERNELS, Kernel
from cubeclust.errors import InputError

N, D, COLUMNS = 500, 12, 7


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SIDE, "cpu", 160)  # 4 x 4 blocks, the last of 20 rows


def problem(dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, torch.Tensor]:
    """Data far from the origin, and columns."""
    random = np.random.default_rng(4)
    data = 3 + random.standard_normal((N, D))
    return torch.tensor(data, dtype=dtype), torch.tensor(random.standard_normal((N, COLUMNS)), dtype=dtype)


def product(gram: Gram, columns: torch.Tensor) -> torch.Tensor:
    """K @ columns; K is symmetric."""
    return gram.product(columns.T.contiguous()).T


def dense(kernel: str) -> np.ndarray:
    """K by scikit-learn."""
    return pairwise_kernels(problem()[0].numpy(), metric=kernel)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("cache_bytes", [0, 3 * 8 * 160**2, 10**9])
def test_blockwise_equals_dense(kernel: str, cache_bytes: int) -> None:
    data, columns = problem()
    expected = dense(kernel) @ columns.numpy()
    gram = Gram(Kernel(kernel).entries(data), N, data, cache_bytes)
    for _ in range(2):  # the second time from the blocks that were kept
        found = product(gram, columns).numpy()
        assert np.linalg.norm(found - expected) <= 1e-12 * np.linalg.norm(expected)


@pytest.mark.parametrize("kernel", KERNELS)
def test_float32_is_as_good_as_float32_can_be(kernel: str) -> None:
    data, columns = problem(torch.float32)
    expected = dense(kernel) @ columns.double().numpy()
    found = product(Gram(Kernel(kernel).entries(data), N, data), columns).numpy()
    assert found.dtype == np.float64
    assert np.linalg.norm(found - expected) <= 2e-6 * np.linalg.norm(dense(kernel)) * np.linalg.norm(columns)


@pytest.mark.parametrize(
    ("kernel", "parameters"),
    [
        ("polynomial", {"gamma": 0.2, "degree": 2, "coef0": 0.5}),
        ("rbf", {"gamma": 0.03}),
        ("laplacian", {"gamma": 0.07}),
        ("sigmoid", {"gamma": 0.01, "coef0": -0.3}),
    ],
)
def test_parameters_mean_what_they_mean_in_scikit_learn(kernel: str, parameters: dict) -> None:
    data, columns = problem()
    expected = pairwise_kernels(data.numpy(), metric=kernel, **parameters) @ columns.numpy()
    found = product(Gram(Kernel(kernel, **parameters).entries(data), N, data), columns).numpy()
    assert np.linalg.norm(found - expected) <= 1e-12 * np.linalg.norm(expected)


def counted(gram: Gram) -> list[tuple[int, int]]:
    """Which blocks are computed from now on."""
    entries, seen = gram.entries, []
    gram.entries = lambda rows, columns: (seen.append((rows.start, columns.start)), entries(rows, columns))[1]
    return seen


def test_mirrored_blocks_are_computed_once_and_kept_blocks_never_again() -> None:
    data, columns = problem()
    gram = Gram(Kernel("rbf").entries(data), N, data, cache_bytes=3 * 8 * 160**2)
    seen = counted(gram)
    first = product(gram, columns)
    assert len(seen) == len(set(seen)) == 10
    assert all(row <= column for row, column in seen)
    seen.clear()
    assert torch.equal(product(gram, columns), first), "kept or computed anew: the same numbers"
    assert len(seen) == 10 - 3  # the first three fit


def test_room_for_all_leaves_nothing_to_compute() -> None:
    data, columns = problem()
    gram = Gram(Kernel("rbf").entries(data), N, data, cache_bytes=10**9)
    product(gram, columns)
    seen = counted(gram)
    product(gram, columns)
    assert seen == []


def test_out_of_memory_leads_to_smaller_blocks_and_is_said_once() -> None:
    data, columns = problem()
    said: list[str] = []
    gram = Gram(Kernel("rbf").entries(data), N, data, cache_bytes=10**9, say=said.append)
    expected, entries = product(gram, columns), gram.entries

    def scarce(rows: slice, columns: slice) -> torch.Tensor:
        if rows.stop - rows.start > 100:
            raise torch.OutOfMemoryError("no room")
        return entries(rows, columns)

    gram._kept.clear()
    gram.entries = scarce
    found = product(gram, columns)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    assert len(said) == 1
    assert "smaller blocks" in said[0]
    assert not gram._kept


def test_what_failed_is_let_go_before_it_is_done_again() -> None:
    """A GPU that is full of what the failed product had made would have no room for smaller blocks either."""
    data, columns = problem()
    gram, made, alive = Gram(Kernel("rbf").entries(data), N, data), [], []
    entries, shrink = gram.entries, gram._shrink

    def scarce(rows: slice, columns: slice) -> torch.Tensor:
        block = entries(rows, columns)
        made.append(weakref.ref(block))
        if rows.stop - rows.start > 100:
            raise torch.OutOfMemoryError("no room")
        return block

    def watched() -> None:
        alive.append([block() for block in made if block() is not None])
        shrink()

    gram.entries, gram._shrink = scarce, watched
    product(gram, columns)
    assert alive == [[]]


def test_no_memory_at_all_ends() -> None:
    data, columns = problem()

    def none(rows: slice, columns: slice) -> torch.Tensor:
        raise torch.OutOfMemoryError("no room")

    with pytest.raises(torch.OutOfMemoryError):
        product(Gram(none, N, data), columns)


def test_matrix_given_may_be_mapped_from_a_file(tmp_path) -> None:
    data, columns = problem()
    np.save(tmp_path / "kernel.npy", dense("rbf"))
    mapped = np.load(tmp_path / "kernel.npy", mmap_mode="r")
    found = product(Gram(precomputed(mapped, data), N, data), columns)
    np.testing.assert_allclose(found, dense("rbf") @ columns.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("fault", ["shape", "symmetry", "nan"])
def test_matrix_that_is_no_kernel(fault: str) -> None:
    data, _ = problem()
    matrix = dense("rbf")
    if fault == "shape":
        matrix = matrix[:-1]
    else:
        matrix[3, 400] = np.nan if fault == "nan" else 5.0
    with pytest.raises(InputError, match="kernel_matrix"):
        precomputed(matrix, data)


def test_row_of_zeros_has_no_direction() -> None:
    data, _ = problem()
    data[5] = 0
    block = Kernel("cosine").entries(data)(slice(0, 10), slice(0, 10))
    assert torch.isfinite(block).all()
    assert torch.all(block[5] == 0)
