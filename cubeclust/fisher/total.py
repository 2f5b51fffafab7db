"""The total covariance of the spectra, decomposed once for all iterations, starts, models and numbers of classes."""

from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from cubeclust.errors import InputError
from cubeclust.fisher.sample import Sample

# Eigenvalues below this share of the largest count as 0, as in MASS::ginv, which FisherEM in R takes: a band that all
# spectra are normalized by leaves one at 1e-16, and dividing by that would let rounding decide the classes.
_CUT = float(torch.finfo(torch.float64).eps) ** 0.5


@dataclass(frozen=True)
class Total:
    """S = V diag(values) V', without the eigenvalues that count as 0.

    vectors     (p, r) float64
    values      (r,) float64, decreasing, after shrinkage
    shrinkage   share by which they were moved towards their mean
    """

    vectors: Float64[Tensor, "p r"]
    values: Float64[Tensor, " r"]
    shrinkage: float

    @classmethod
    def of(cls, sample: Sample, shrinkage: float | None = None) -> "Total":
        """Covariance with divisor n, moved towards its mean variance times the identity; None: by Ledoit & Wolf.

        Raises:
            InputError: the spectra do not differ.
        """
        values, vectors = torch.linalg.eigh(sample.covariance())
        if not values[-1] > 0:
            raise InputError("the spectra do not differ from each other, so there is nothing to cluster.")
        share = _ledoit_wolf(values, sample.squares) if shrinkage is None else shrinkage
        kept = values > _CUT * values[-1]
        shrunk = (1 - share) * values[kept] + share * values.clamp_min(0).mean()
        return cls(vectors[:, kept].flip(1), shrunk.flip(0), share)

    def solve(self, columns: Float64[Tensor, "p m"]) -> Float64[Tensor, "p m"]:
        """Pseudo-inverse of S times columns."""
        return self.vectors @ ((self.vectors.T @ columns) / self.values[:, None])


def _ledoit_wolf(values: Float64[Tensor, " p"], squares: Float64[Tensor, " n"]) -> float:
    """Shrinkage of the least expected square error (Ledoit & Wolf 2004, J. Multivar. Anal. 88, 365, section 3.2).

    b^2 / d^2 with d^2 = |S - m I|^2 and b^2 the error of S, which the squared norms (n,) of the centered rows and the
    eigenvalues (p,) of S give: the mean over the rows of |x x' - S|^2 is that of |x|^4 minus |S|^2.
    """
    own, n = float(values.square().sum()), len(squares)
    distance = own - len(values) * float(values.mean()) ** 2
    error = (float(squares.square().mean()) - own) / n
    return min(1.0, error / distance) if distance > 0 else 1.0
