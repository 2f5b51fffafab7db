"""Peaks of functions on a grid, by the parabola through three points."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Peak:
    """Place and height (n,) of the highest point of each row; curvature (n,), the second derivative there, < 0.

    at_end (n,) bool: the highest point is the first or the last of the grid; the curvature is then not known.
    """

    place: torch.Tensor
    height: torch.Tensor
    curvature: torch.Tensor
    at_end: torch.Tensor


def peak(values: torch.Tensor, grid: torch.Tensor) -> Peak:
    """Highest peak of values (n, n_grid) over an even grid (n_grid,)."""
    last, step = len(grid) - 1, grid[1] - grid[0]
    top = values.argmax(dim=1)
    middle = top.clamp(1, last - 1)
    left, center, right = (values.gather(1, (middle + side)[:, None])[:, 0] for side in (-1, 0, 1))
    bend = left - 2 * center + right
    at_end = (top == 0) | (top == last) | ~(bend < 0)
    offset = torch.where(at_end, top.to(values) - middle, 0.5 * (left - right) / torch.where(at_end, 1, bend))
    height = torch.where(at_end, values.gather(1, top[:, None])[:, 0], center - 0.25 * (left - right) * offset)
    curvature = torch.where(at_end, torch.nan, bend / step**2)
    return Peak(grid[middle] + offset * step, height, curvature, at_end)
