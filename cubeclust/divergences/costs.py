"""Costs of transport between spectra, block by block."""

from collections.abc import Callable

import torch
from torch import Tensor

from cubeclust.divergences.entries import Entries, by_blocks, inverse_norms, mean_row


def half_squares(data: Tensor) -> Entries:
    """|x - y|^2 / 2, from products of centered rows, so that a common offset costs no digits."""
    center = mean_row(data)
    squares = 0.5 * by_blocks(data, lambda rows: (rows - center).square().sum(dim=1, dtype=torch.float64))
    squares = squares.to(data.dtype)

    def block(rows: slice, columns: slice) -> Tensor:
        x, y = data[rows] - center, data[columns] - center
        cost = torch.addmm(squares[columns], x, y.T, alpha=-1).add_(squares[rows, None]).clamp_min_(0)
        return cost.fill_diagonal_(0) if rows == columns else cost

    return block


def euclidean(data: Tensor) -> Entries:
    """|x - y|."""
    halves = half_squares(data)
    return lambda rows, columns: halves(rows, columns).mul_(2).sqrt_()


def manhattan(data: Tensor) -> Entries:
    """Sum of |x - y| over the channels."""
    return lambda rows, columns: torch.cdist(data[rows], data[columns], p=1.0)


def cosine(data: Tensor) -> Entries:
    """1 - x . y / (|x| |y|)."""
    inverse = inverse_norms(data)

    def block(rows: slice, columns: slice) -> Tensor:
        x, y = data[rows] * inverse[rows], data[columns] * inverse[columns]
        cost = torch.addmm(data.new_ones(1), x, y.T, alpha=-1).clamp_min_(0)
        return cost.fill_diagonal_(0) if rows == columns else cost

    return block


COSTS: dict[str, Callable[[Tensor], Entries]] = {
    "euclidean": euclidean,
    "sqeuclidean": half_squares,
    "cosine": cosine,
    "manhattan": manhattan,
}
