"""Damaged samples: cosmic rays, dead and saturated pixels."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

_SURE = 6.0  # standard deviations
_DEEPEST = 0.6  # of the continuum: no line of stars is deeper
_NARROWEST = 0.15  # of a line's height that the channels beside its peak have at least


def spikes(
    residual: Float[Tensor, "n n_wave"], continuum: Float[Tensor, "n n_wave"], weight: Float[Tensor, "n n_wave"]
) -> Bool[Tensor, "n n_wave"]:
    """Where residuals from the continuum lie in single channels, or lower than a line can be.

    A sample counts if it is more than six standard deviations off, and has no neighbor of 15 % of its height, which the
    narrowest line that an instrument resolves has, or takes away more than 60 % of the continuum.
    """
    unit = residual * weight.sqrt()
    padded = torch.nn.functional.pad(unit, (1, 1))
    beside = torch.maximum(padded[:, :-2], padded[:, 2:])
    alone = (unit > _SURE) & (beside < _NARROWEST * unit + 2)
    too_deep = (unit < -_SURE) & (residual < -_DEEPEST * continuum.clamp(min=0))
    return alone | too_deep
