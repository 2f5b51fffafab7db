"""Mean and deviation of data on a device."""

import torch
from jaxtyping import Float, Float64
from torch import Tensor

_ROWS = 1024  # of one block in sums over the data


def moments(data: Float[Tensor, "n d"]) -> tuple[Float64[Tensor, " d"], Float64[Tensor, ""]]:
    """Mean (d,) and root mean square deviation () of data, float64 sums by blocks.

    The deviation is one number for all columns, and 1 for rows that do not differ by more than rounding.
    """
    sums, squares = data.new_zeros(data.shape[1], dtype=torch.float64), data.new_zeros((), dtype=torch.float64)
    for rows in data.split(_ROWS):
        sums += rows.sum(dim=0, dtype=torch.float64)
    mean = sums / len(data)
    for rows in data.split(_ROWS):
        squares += (rows - mean).square_().sum()
    spread = (squares / data.numel()).sqrt()
    rounding = 4 * torch.finfo(data.dtype).eps * mean.square().mean().sqrt()
    return mean, torch.where(spread > rounding, spread, 1.0)
