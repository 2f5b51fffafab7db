"""Weighted sums of the data rows: the only product that the linear kernel needs."""

from typing import Any

import torch
from jaxtyping import Float, Float64
from torch import Tensor

# cuBLAS and MKL run products with a narrow side fastest where it is a multiple of this.
_WIDTH = 16
_ROWS = 8192  # rows of one float32 product; longer sums are carried in float64


class _WeightedSums(torch.autograd.Function):
    """W^T X by blocks of rows: float32 products, summed over blocks in float64."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, data: Tensor) -> Tensor:
        ctx.save_for_backward(data)
        ctx.dtype = weights.dtype
        padded = pad(weights)  # (n, k')
        sums = torch.zeros(padded.shape[1], data.shape[1], dtype=torch.float64, device=data.device)
        for block, rows in zip(padded.split(_ROWS), data.split(_ROWS), strict=True):
            sums += block.T @ rows
        return sums[: weights.shape[1]]  # (k, d)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (data,) = ctx.saved_tensors
        (gradient,) = gradients  # (k, d)
        k = gradient.shape[0]
        narrow = pad(gradient.to(data.dtype).T).contiguous()  # (d, k')
        products = torch.empty(data.shape[0], k, dtype=ctx.dtype, device=data.device)
        for out, rows in zip(products.split(_ROWS), data.split(_ROWS), strict=True):
            out.copy_((rows @ narrow)[:, :k])
        return products, None


def pad(matrix: Float[Tensor, "n k"]) -> Float[Tensor, "n k_padded"]:
    """Zero columns up to a multiple of the width that is fast."""
    missing = -matrix.shape[1] % _WIDTH
    return torch.nn.functional.pad(matrix, (0, missing)) if missing else matrix


def weighted_sums(weights: Float[Tensor, "n k"], data: Float[Tensor, "n d"]) -> Float64[Tensor, "k d"]:
    """Sum over rows of weights times data, differentiable in the weights.

    Memory beside the arguments: O((k + d) rows of a block). Never n x n.
    """
    return _WeightedSums.apply(weights, data)
