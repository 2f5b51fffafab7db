"""Covariances of the classes from weighted sums over the rows."""

from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from cubeclust.fisher.mixture import Places, blocks
from cubeclust.fisher.models import Model


@dataclass(frozen=True)
class Moments:
    """What the M step needs of the rows, sums in float64.

    mass     (k,): sum of the posterior
    scatter  (k, d, d): sum of weighted products of the offsets in the subspace
    beyond   (k,): sum of weighted squared distances in its complement
    """

    mass: Float64[Tensor, " k"]
    scatter: Float64[Tensor, "k d d"]
    beyond: Float64[Tensor, " k"]

    @classmethod
    def of(cls, posterior: Float64[Tensor, "n k"], places: Places) -> "Moments":
        """Sums with the posterior around the means of the classes."""
        k, d = places.means.shape
        mass, sums = posterior.sum(dim=0), posterior.T @ places.inside
        squares = posterior.new_zeros(k * d, d)
        for weights, rows in zip(blocks(posterior), blocks(places.inside), strict=True):
            squares += (weights[:, :, None] * rows[:, None, :]).flatten(1).T @ rows
        crossed = sums[:, :, None] * places.means[:, None, :]
        own = mass[:, None, None] * places.means[:, :, None] * places.means[:, None, :]
        scatter = squares.unflatten(0, (k, d)) - crossed - crossed.mT + own
        return cls(mass, scatter, torch.einsum("nk,nk->k", posterior, places.beyond))


def shaped(scatter: Float64[Tensor, "k d d"], model: Model) -> Float64[Tensor, "k d d"]:
    """The likeliest matrices of the model's form for covariances."""
    if model.form == "full":
        return scatter
    variances = scatter.diagonal(dim1=1, dim2=2)
    if model.form == "spherical":
        variances = variances.mean(dim=1, keepdim=True).expand_as(variances)
    return torch.diag_embed(variances)
