"""Kernels between spectra, block by block."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from cubeclust.divergences.costs import half_squares, manhattan
from cubeclust.divergences.entries import Entries, exponentials, inverse_norms


@dataclass(frozen=True)
class Kernel:
    """A kernel by name, with the parameters of scikit-learn's pairwise kernels; each kernel uses those it has.

    gamma 0 stands for 1 / number of channels.
    """

    name: str = "linear"
    gamma: float = 0.0
    degree: int = 3
    coef0: float = 1.0

    def entries(self, data: Float[Tensor, "n d"]) -> Entries:
        """Blocks of K(X, X) in the precision of data."""
        return KERNELS[self.name](data, self)

    def scale(self, data: Float[Tensor, "n d"]) -> float:
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
    """exp(-gamma |x - y|^2)."""
    halves, scale = half_squares(data), -2 * kernel.scale(data)
    return lambda rows, columns: exponentials(halves(rows, columns).mul_(scale))


def _laplacian(data: Tensor, kernel: Kernel) -> Entries:
    """exp(-gamma sum |x - y|)."""
    distances, gamma = manhattan(data), kernel.scale(data)
    return lambda rows, columns: exponentials(distances(rows, columns).mul_(-gamma))


KERNELS: dict[str, Callable[[Tensor, Kernel], Entries]] = {
    "linear": _linear,
    "polynomial": _polynomial,
    "rbf": _rbf,
    "cosine": _cosine,
    "laplacian": _laplacian,
    "sigmoid": _sigmoid,
}
