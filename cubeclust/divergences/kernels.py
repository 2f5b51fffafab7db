"""Kernels between spectra, block by block."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from cubeclust.errors import InputError

# Block of K: rows (slice) x columns (slice) -> a new tensor that the caller may keep.
Entries = Callable[[slice, slice], Tensor]


@dataclass(frozen=True)
class Kernel:
    """A kernel by name, with the parameters of scikit-learn's pairwise kernels; each kernel uses those it has.

    gamma 0 stands for 1 / number of channels.
    """

    name: str = "linear"
    gamma: float = 0.0
    degree: int = 3
    coef0: float = 1.0

    def entries(self, data: Tensor) -> Entries:
        """Blocks of K(X, X) in the precision of data (n, d)."""
        return KERNELS[self.name](data, self)

    def scale(self, data: Tensor) -> float:
        """The gamma in use."""
        return self.gamma or 1 / data.shape[1]


def _linear(data: Tensor, kernel: Kernel) -> Entries:
    """X . y."""
    return lambda rows, columns: data[rows] @ data[columns].T


def _cosine(data: Tensor, kernel: Kernel) -> Entries:
    """X . y / (|x| |y|)."""
    inverse = inverse_norms(data)
    return lambda rows, columns: (data[rows] * inverse[rows]) @ (data[columns] * inverse[columns]).T


def _affine(data: Tensor, kernel: Kernel, rows: slice, columns: slice) -> Tensor:
    """Gamma x . y + coef0."""
    offset = data.new_full((1,), kernel.coef0)
    return torch.addmm(offset, data[rows], data[columns].T, alpha=kernel.scale(data))


def _polynomial(data: Tensor, kernel: Kernel) -> Entries:
    """(gamma x . y + coef0) ** degree."""
    return lambda rows, columns: _affine(data, kernel, rows, columns).pow_(kernel.degree)


def _sigmoid(data: Tensor, kernel: Kernel) -> Entries:
    """Hyperbolic tangent of gamma x . y + coef0; not positive definite in general."""
    return lambda rows, columns: _affine(data, kernel, rows, columns).tanh_()


def _rbf(data: Tensor, kernel: Kernel) -> Entries:
    """exp(-gamma |x - y|^2), from products of centered rows, so that a common offset costs no digits."""
    gamma, center = kernel.scale(data), _mean(data)
    squares = gamma * _by_blocks(data, lambda rows: (rows - center).square().sum(dim=1, dtype=torch.float64))
    squares = squares.to(data.dtype)

    def block(rows: slice, columns: slice) -> Tensor:
        x, y = data[rows] - center, data[columns] - center
        exponent = torch.addmm(squares[columns], x, y.T, beta=-1, alpha=2 * gamma)
        return exponent.sub_(squares[rows, None]).clamp_max_(0).exp_()

    return block


def _laplacian(data: Tensor, kernel: Kernel) -> Entries:
    """exp(-gamma sum |x - y|)."""
    gamma = kernel.scale(data)
    return lambda rows, columns: torch.cdist(data[rows], data[columns], p=1.0).mul_(-gamma).exp_()


KERNELS: dict[str, Callable[[Tensor, Kernel], Entries]] = {
    "linear": _linear,
    "polynomial": _polynomial,
    "rbf": _rbf,
    "cosine": _cosine,
    "laplacian": _laplacian,
    "sigmoid": _sigmoid,
}


def inverse_norms(data: Tensor) -> Tensor:
    """1 / |x| of each row of data (n, d), 0 for a row of zeros: (n, 1), norms in float64."""
    norms = _by_blocks(data, lambda rows: rows.square().sum(dim=1, dtype=torch.float64)).sqrt()
    return torch.where(norms > 0, 1 / norms, 0.0).to(data.dtype)[:, None]


def precomputed(matrix: np.ndarray, like: Tensor) -> Entries:
    """Blocks of a kernel matrix (n, n) given by the caller, in the precision and on the device of `like`.

    The matrix may be mapped from a file: only blocks are taken from it.

    Raises:
        InputError: it is not square, has another size than the spectra, or is not symmetric.
    """
    n = len(like)
    if matrix.shape != (n, n):
        raise InputError(f"kernel_matrix has shape {matrix.shape}; give one of ({n}, {n}), a row for each spectrum.")
    size = max(float(np.abs(matrix[rows]).max()) for rows in _rows(n))
    gap = max(float(np.abs(matrix[rows] - matrix[:, rows].T).max()) for rows in _rows(n))
    if not gap <= 1e-5 * size:
        raise InputError(f"kernel_matrix differs from its transpose by {gap:.3g}; give a symmetric, finite matrix.")
    return lambda rows, columns: torch.as_tensor(np.ascontiguousarray(matrix[rows, columns])).to(like)


def _mean(data: Tensor) -> Tensor:
    """Mean of the rows (d,), summed over blocks in float64."""
    total = sum(data[rows].sum(dim=0, dtype=torch.float64) for rows in _rows(len(data)))
    return (total / len(data)).to(data.dtype)  # type: ignore[union-attr]


def _rows(n: int, step: int = 1024) -> list[slice]:
    return [slice(start, start + step) for start in range(0, n, step)]


def _by_blocks(data: Tensor, reduce: Callable[[Tensor], Tensor]) -> Tensor:
    """One number for each row, without a copy of all of them."""
    return torch.cat([reduce(data[rows]) for rows in _rows(len(data))])
