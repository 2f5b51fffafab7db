"""Medians that leave NaN out."""

import warnings

import torch
from jaxtyping import Float
from torch import Tensor


def medians(values: Float[Tensor, " ..."], dim: int) -> Float[Tensor, " ..."]:
    """Median along an axis, NaN left out; NaN where all are.

    torch warns on a GPU that it may take another one of several equal samples each time: their value is the same.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="median CUDA with indices output")
        return torch.nanmedian(values, dim=dim).values
