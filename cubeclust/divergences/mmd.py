"""Maximum mean discrepancy between clusters (Ohl et al. 2022, Eq. 9)."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from cubeclust.divergences.embedding import weighted_sums
from cubeclust.divergences.entries import inverse_norms, precomputed
from cubeclust.divergences.gemini import Divergence
from cubeclust.divergences.gram import Gram
from cubeclust.divergences.kernels import Kernel

# A squared distance under this share of the terms that it is the difference of is their rounding.
_ROUNDING = 64 * torch.finfo(torch.float64).eps


# Kernels whose embedding is the spectrum times a factor of its own: name -> factors (n, 1), None for 1.
_FACTORS: dict[str, Callable[[Tensor], Tensor | None]] = {"linear": lambda data: None, "cosine": inverse_norms}


def mmd(
    data: Float[Tensor, "n d"],
    kernel: Kernel,
    *,
    matrix: Float[np.ndarray, "n_all n_all"] | None = None,
    cache_bytes: int = 0,
    say: Callable[[str], None] = lambda sentence: None,
) -> Divergence:
    """MMD on the data, by the quickest exact road.

    matrix (n, n) is a kernel matrix that takes the kernel's place; cache_bytes are bytes for blocks of K; say takes a
    sentence if the GPU's memory forces smaller blocks.
    """
    if matrix is None and kernel.name in _FACTORS:
        return EmbeddedMMD(data, _FACTORS[kernel.name](data))
    entries = kernel.entries(data) if matrix is None else precomputed(matrix, data)
    return KernelMMD(Gram(entries, len(data), data, cache_bytes, say))


class EmbeddedMMD:
    """MMD where the kernel's embedding is the spectrum itself, exact in O(n d k).

    MMD(p(x|a), p(x|b)) = |m_a - m_b| with the mean embedding m_a = sum_i p(a|x_i) w_i x_i / sum_i p(a|x_i); no
    n x n matrix appears. w = 1 is the linear kernel, w = 1 / |x| the cosine. Means and distances are float64.

    data      (n, d) float32 or float64: the spectra, or a batch of them
    factors   (n, 1): w, None for 1
    """

    def __init__(self, data: Float[Tensor, "n d"], factors: Float[Tensor, "n 1"] | None = None) -> None:
        self.data: Tensor = data
        self.factors: Tensor | None = factors

    def to_all(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, " k"]:
        """Distance of each p(x|y) from p(x)."""
        return torch.linalg.vector_norm(self._means(posterior) - self._overall, dim=1)

    def between(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k k"]:
        """Distance of each p(x|a) from each p(x|b)."""
        means = self._means(posterior)
        return torch.cdist(means, means, compute_mode="donot_use_mm_for_euclid_dist")

    @cached_property
    def _overall(self) -> Float64[Tensor, "1 d"]:
        """Mean of the embeddings."""
        return self._sums(torch.ones_like(self.data[:, :1])) / len(self.data)

    def _means(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k d"]:
        """Mean embeddings; an empty cluster sits at 0 and weighs nothing."""
        return self._sums(posterior) / _mass(posterior)[:, None]

    def _sums(self, weights: Float[Tensor, "n k"]) -> Float64[Tensor, "k d"]:
        return weighted_sums(weights if self.factors is None else weights * self.factors, self.data)


class KernelMMD:
    """MMD for any kernel, with one product K @ U for value and gradient together.

    With u_a = p(a|x_i) / sum_i p(a|x_i) - 1/n, whose sum is 0, and Q = U^T K U: MMD^2(p(x|a), p(x)) = Q_aa and
    MMD^2(p(x|a), p(x|b)) = Q_aa + Q_bb - 2 Q_ab. Subtracting 1/n first spares the digits that the common part of
    all clusters would take. U, Q and the distances are float64.
    """

    def __init__(self, gram: Gram) -> None:
        self.gram: Gram = gram

    def to_all(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, " k"]:
        """Distance of each p(x|y) from p(x)."""
        squares = self._inner_products(posterior).diagonal()
        return _root(squares, torch.zeros_like(squares))

    def between(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k k"]:
        """Distance of each p(x|a) from each p(x|b)."""
        inner = self._inner_products(posterior)
        sizes = inner.diagonal()[:, None] + inner.diagonal()
        return _root(sizes - 2 * inner, _ROUNDING * sizes.detach().abs())

    def _inner_products(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k k"]:
        """Products U^T K U."""
        weights = posterior.double() / _mass(posterior) - 1 / len(posterior)
        return _QuadraticForm.apply(weights, self.gram)


class _QuadraticForm(torch.autograd.Function):
    """U^T K U for symmetric K: its gradient reuses K U."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, gram: Gram) -> Tensor:
        product = gram.product(weights.T.contiguous()).T  # (n, k)
        ctx.save_for_backward(product)
        form = weights.T @ product
        return (form + form.T) / 2

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (product,) = ctx.saved_tensors
        (gradient,) = gradients
        return product @ (gradient + gradient.T), None


def _mass(posterior: Float[Tensor, "n k"]) -> Float64[Tensor, " k"]:
    """Sum over rows, kept from 0."""
    return posterior.sum(dim=0, dtype=torch.float64).clamp_min(torch.finfo(torch.float64).tiny)


def _root(squares: Float64[Tensor, "*shape"], rounding: Float64[Tensor, "*shape"]) -> Float64[Tensor, "*shape"]:
    """Square root, 0 with gradient 0 where the square is not above its rounding (or a kernel is indefinite)."""
    positive = squares > rounding
    return torch.where(positive, torch.where(positive, squares, 1.0).sqrt(), 0.0)
