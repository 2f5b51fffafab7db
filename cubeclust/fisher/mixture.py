"""The mixture of FisherEM and its likelihood."""

from dataclasses import dataclass
from math import log, pi

import torch
from torch import Tensor

from cubeclust.fisher.sample import Sample


@dataclass(frozen=True)
class Mixture:
    """k Gaussians around their means, D_k within the subspace of the loadings, b_k I in its complement; all float64.

    prior      (k,)
    means      (k, p), from the center of the sample
    loadings   (p, d), orthonormal columns
    scatter    (k, d, d): D_k
    noise      (k,): b_k
    """

    prior: Tensor
    means: Tensor
    loadings: Tensor
    scatter: Tensor
    noise: Tensor

    def log_joint(self, places: "Places") -> Tensor:
        """Logarithm of p(y) p(x|y) for each row and cluster, (n, k) (Bouveyron & Brunet 2012, Proposition 1)."""
        p, d = self.loadings.shape
        factors = torch.linalg.cholesky(self.scatter)
        out = torch.empty(places.n, len(self.prior), dtype=torch.float64, device=places.rest.device)
        for k, factor in enumerate(factors):
            white = torch.linalg.solve_triangular(factor, places.within(k).T, upper=False)
            volume = 2 * factor.diagonal().log().sum() + (p - d) * self.noise[k].log() + p * log(2 * pi)
            distance = white.square().sum(dim=0) + places.beyond(k) / self.noise[k]
            out[:, k] = self.prior[k].log() - (distance + volume) / 2
        return out


@dataclass(frozen=True)
class Places:
    """Where rows and class means lie: along the loadings, along the rest of the means, and how far from both.

    Distances from the means of the classes are sums of squares of what differs between the classes and of `rest`, which
    does not: nothing of the size of the spectra cancels.

    inside, outside             (n, d), (n, r) float64 coordinates of the rows
    means_inside, means_outside (k, d), (k, r)
    rest                        (n,): squared distance from the span of both
    """

    inside: Tensor
    outside: Tensor
    means_inside: Tensor
    means_outside: Tensor
    rest: Tensor

    @classmethod
    def of(cls, sample: Sample, means: Tensor, loadings: Tensor) -> "Places":
        """Coordinates of a sample for means (k, p) and loadings (p, d)."""
        d = loadings.shape[1]
        others = torch.linalg.qr(torch.cat([loadings, means.T], dim=1)).Q[:, d:]  # (p, r), orthogonal to the loadings
        coordinates = sample.onto(torch.cat([loadings, others], dim=1))
        inside, outside = coordinates[:, :d], coordinates[:, d:]
        rest = (sample.squares - coordinates.square().sum(dim=1)).clamp_min_(0)
        return cls(inside, outside, means @ loadings, means @ others, rest)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.rest)

    def within(self, k: int) -> Tensor:
        """Offsets (n, d) from the mean of class k in the subspace."""
        return self.inside - self.means_inside[k]

    def beyond(self, k: int) -> Tensor:
        """Squared distances (n,) from the mean of class k in the complement of the subspace."""
        return self.rest + (self.outside - self.means_outside[k]).square().sum(dim=1)
