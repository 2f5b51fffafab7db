"""Classes as a posterior describes them, before any model."""

from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from cubeclust.fisher.sample import Sample


@dataclass(frozen=True)
class Classes:
    """Mass and mean of each class.

    posterior   (n, k) float64
    mass        (k,): its sums over the rows
    means       (k, p) float64, from the center of the sample; 0 for an empty class
    """

    posterior: Float64[Tensor, "n k"]
    mass: Float64[Tensor, " k"]
    means: Float64[Tensor, "k p"]

    @classmethod
    def of(cls, sample: Sample, posterior: Float64[Tensor, "n k"]) -> "Classes":
        """Weighted means, one product with the data."""
        mass = posterior.sum(dim=0)
        return cls(posterior, mass, sample.sums(posterior) / mass.clamp_min(torch.finfo(mass.dtype).tiny)[:, None])

    @property
    def between(self) -> Float64[Tensor, "p k"]:
        """Root M of the covariance between classes: M M' = sum of n_k / n times m_k m_k'."""
        return self.means.T * (self.mass / len(self.posterior)).sqrt()
