"""Symmetric matrices between spectra, known by their blocks."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from cubeclust.errors import InputError

_SMALLEST = {torch.float32: -87.0, torch.float64: -700.0}  # logarithms of numbers that are still normal

# Block of a matrix: rows (slice) x columns (slice) -> a new tensor that the caller may keep.
Entries = Callable[[slice, slice], Tensor]


def inverse_norms(data: Float[Tensor, "n d"]) -> Float[Tensor, "n 1"]:
    """1 / |x| of each row of data, 0 for a row of zeros, norms in float64."""
    norms = by_blocks(data, lambda rows: rows.square().sum(dim=1, dtype=torch.float64)).sqrt()
    return torch.where(norms > 0, 1 / norms, 0.0).to(data.dtype)[:, None]


def exponentials(exponents: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """exp(exponents), which are lost; at least 2e-38 in float32 and 1e-304 in float64, which is nothing beside 1.

    Smaller ones leave the normal numbers, where an exponential takes ten times as long, and products of them, too.
    """
    return exponents.clamp_min_(_SMALLEST[exponents.dtype]).exp_()


def precomputed(matrix: Float[np.ndarray, "n m"], like: Float[Tensor, " ..."]) -> Entries:
    """Blocks of a kernel matrix (n, n) given by the caller, in the precision and on the device of `like`.

    Raises:
        InputError: it is not square, has another size than the spectra, or is not symmetric.
    """
    require_symmetric(matrix, len(like), "kernel_matrix")
    return blocks_of(matrix, like)


def blocks_of(matrix: Float[np.ndarray, "n m"], like: Float[Tensor, " ..."]) -> Entries:
    """Blocks of a matrix that may be mapped from a file: only blocks are taken from it, as copies."""
    return lambda rows, columns: torch.tensor(matrix[rows, columns]).to(like)


def require_symmetric(matrix: Shaped[np.ndarray, " ..."], n: int, name: str) -> None:
    """Raise InputError unless the matrix, called name, is (n, n) and equals its transpose to 1e-5 of its size."""
    if matrix.shape != (n, n):
        raise InputError(f"{name} has shape {matrix.shape}; give one of ({n}, {n}), a row for each spectrum.")
    size = max(float(np.abs(matrix[rows]).max()) for rows in row_blocks(n))
    gap = max(float(np.abs(matrix[rows] - matrix[:, rows].T).max()) for rows in row_blocks(n))
    if not gap <= 1e-5 * size:
        raise InputError(f"{name} differs from its transpose by {gap:.3g}; give a symmetric, finite matrix.")


def filled(entries: Entries, n: int, like: Float[Tensor, " ..."]) -> Float[Tensor, "n n"]:
    """The whole matrix, in the precision and on the device of `like`."""
    out = like.new_empty(n, n)
    for rows in row_blocks(n):
        for columns in row_blocks(n):
            out[rows, columns] = entries(rows, columns)
    return out


def mean_row(data: Float[Tensor, "n d"]) -> Float[Tensor, " d"]:
    """Mean of the rows, summed over blocks in float64."""
    total = sum(data[rows].sum(dim=0, dtype=torch.float64) for rows in row_blocks(len(data)))
    return (total / len(data)).to(data.dtype)  # type: ignore[union-attr]


def row_blocks(n: int, step: int = 1024) -> list[slice]:
    """Slices of at most `step` rows that cover n rows."""
    return [slice(start, start + step) for start in range(0, n, step)]


def by_blocks(data: Float[Tensor, "n d"], reduce: Callable[[Tensor], Tensor]) -> Float[Tensor, " n"]:
    """One number for each row, without a copy of all of them, in the precision that `reduce` gives.

    Filled in place: a list of small results would lie between the blocks and keep their memory from being used again.
    """
    out = reduce(data[:1]).new_empty(len(data))
    for rows in row_blocks(len(data)):
        out[rows] = reduce(data[rows])
    return out
