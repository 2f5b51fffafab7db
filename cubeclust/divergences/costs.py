"""Costs of transport between spectra, block by block."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from cubeclust.divergences.entries import Entries, by_blocks, inverse_norms, mean_row

_LANDMARKS = 2048  # points, spread evenly, that stand for all in means of the cost


def half_squares(data: Float[Tensor, "n d"]) -> Entries:
    """|x - y|^2 / 2, from products of centered rows, so that a common offset costs no digits."""
    center = mean_row(data)
    squares = 0.5 * by_blocks(data, lambda rows: (rows - center).square().sum(dim=1, dtype=torch.float64))
    squares = squares.to(data.dtype)

    def block(rows: slice, columns: slice) -> Tensor:
        x, y = data[rows] - center, data[columns] - center
        cost = torch.addmm(squares[columns], x, y.T, alpha=-1).add_(squares[rows, None]).clamp_min_(0)
        return cost.fill_diagonal_(0) if rows == columns else cost

    return block


def euclidean(data: Float[Tensor, "n d"]) -> Entries:
    """|x - y|."""
    halves = half_squares(data)
    return lambda rows, columns: halves(rows, columns).mul_(2).sqrt_()


def manhattan(data: Float[Tensor, "n d"]) -> Entries:
    """Sum of |x - y| over the channels."""
    return lambda rows, columns: torch.cdist(data[rows], data[columns], p=1.0)


def cosine(data: Float[Tensor, "n d"]) -> Entries:
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


@dataclass(frozen=True)
class Cost:
    """Cost of transport between n points.

    entries   block (rows, columns) of the symmetric cost C, 0 on the diagonal
    n         number of points
    like      tensor with the dtype and the device of the entries
    mean      mean cost of two different points
    offsets   (n,) float64: h with C_ij - h_i - h_j of mean 0 in every row; for |x - y|^2 / 2 it is
              minus the product of the centered points
    """

    entries: Entries
    n: int
    like: Float[Tensor, " ..."]
    mean: float
    offsets: Float64[Tensor, " n"]

    @classmethod
    def of(cls, entries: Entries, n: int, like: Float[Tensor, " ..."]) -> "Cost":
        """Means over at most 2048 landmarks spread evenly over the points, accumulated in float64."""
        landmarks = slice(0, n, -(-n // _LANDMARKS))
        rows = torch.empty(n, dtype=torch.float64, device=like.device)
        for start in range(0, n, _LANDMARKS):
            some = slice(start, start + _LANDMARKS)
            rows[some] = entries(some, landmarks).mean(dim=1, dtype=torch.float64)
        among = float(entries(landmarks, landmarks).sum(dtype=torch.float64))
        m = len(range(n)[landmarks])
        return cls(entries, n, like, among / max(1, m * (m - 1)), rows - among / m**2 / 2)

    def over(self, unit: float) -> "Cost":
        """The same cost in another unit."""
        return Cost(
            lambda rows, columns: self.entries(rows, columns).div_(unit),
            self.n,
            self.like,
            self.mean / unit,
            self.offsets / unit,
        )
