"""Peaks of functions on a grid, by the parabola through three points."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Peak:
    """Place and height (n,) of the highest point of each row."""

    position: Float[Tensor, " n"]
    height: Float[Tensor, " n"]


def peak(values: Float[Tensor, "n n_grid"], grid: Float[Tensor, " n_grid"]) -> Peak:
    """Highest peak of values over an even grid; one at an end of the grid stays there."""
    last, step = len(grid) - 1, grid[1] - grid[0]
    top = values.argmax(dim=1)
    middle = top.clamp(1, last - 1)
    left, center, right = (values.gather(1, (middle + side)[:, None])[:, 0] for side in (-1, 0, 1))
    bend = left - 2 * center + right
    at_end = (top == 0) | (top == last) | ~(bend < 0)
    offset = torch.where(at_end, top.to(values) - middle, 0.5 * (left - right) / torch.where(at_end, 1, bend))
    height = torch.where(at_end, values.gather(1, top[:, None])[:, 0], center - 0.25 * (left - right) * offset)
    return Peak(grid[middle] + offset * step, height)
