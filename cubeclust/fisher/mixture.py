"""The mixture of FisherEM and its likelihood."""

from dataclasses import dataclass
from math import log, pi

import torch
from jaxtyping import Float64
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

    prior: Float64[Tensor, " k"]
    means: Float64[Tensor, "k p"]
    loadings: Float64[Tensor, "p d"]
    scatter: Float64[Tensor, "k d d"]
    noise: Float64[Tensor, " k"]

    def log_joint(self, places: "Places") -> Float64[Tensor, "n k"]:
        """Logarithm of p(y) p(x|y) for each row and cluster, (n, k) (Bouveyron & Brunet 2012, Proposition 1)."""
        p, d = self.loadings.shape
        factors = torch.linalg.cholesky(self.scatter)
        whitening = torch.linalg.solve_triangular(factors, torch.eye(d).to(factors), upper=False)  # (k, d, d)
        volumes = 2 * factors.diagonal(dim1=1, dim2=2).log().sum(dim=1) + (p - d) * self.noise.log()
        base = self.prior.log() - (volumes + p * log(2 * pi)) / 2  # (k,)
        centers = torch.einsum("kij,kj->ki", whitening, places.means).flatten()
        all_axes = whitening.flatten(0, 1).T  # (d, k d)
        out = places.beyond / self.noise
        for part, rows in zip(blocks(out), blocks(places.inside), strict=True):
            part.add_(torch.addmm(-centers, rows, all_axes).square_().unflatten(1, (-1, d)).sum(dim=2))
        return out.div_(-2).add_(base)


@dataclass(frozen=True)
class Places:
    """Where rows and class means lie.

    Distances are sums over coordinates in which classes differ, and of a rest in which they do not: nothing of the size
    of the spectra cancels between classes.

    inside   (n, d) float64: rows along the loadings
    means    (k, d): class means along the loadings
    beyond   (n, k): squared distances from the class means in the complement of the loadings
    """

    inside: Float64[Tensor, "n d"]
    means: Float64[Tensor, "k d"]
    beyond: Float64[Tensor, "n k"]

    @classmethod
    def of(cls, sample: Sample, means: Float64[Tensor, "k p"], loadings: Float64[Tensor, "p d"]) -> "Places":
        """Places of a sample for means and loadings, by one product with the data."""
        d = loadings.shape[1]
        others = torch.linalg.qr(torch.cat([loadings, means.T], dim=1)).Q[:, d:]  # (p, r), orthogonal to the loadings
        coordinates = sample.onto(torch.cat([loadings, others], dim=1))
        inside, outside, centers = coordinates[:, :d].clone(), coordinates[:, d:], means @ others
        beyond = torch.empty(len(sample), len(means), dtype=torch.float64, device=outside.device)
        for part, near, far, norm in zip(*map(blocks, (beyond, inside, outside, sample.squares)), strict=True):
            own = far.square().sum(dim=1)
            rest = (norm - near.square().sum(dim=1) - own).clamp_min_(0)
            distance = torch.addmm(own[:, None] + centers.square().sum(dim=1), far, centers.T, alpha=-2)
            part.copy_(distance.clamp_min_(0).add_(rest[:, None]))
        return cls(inside, means @ loadings, beyond)


def blocks(rows: Tensor) -> tuple[Tensor, ...]:
    """Blocks of rows small enough that what is computed for each class stays in the cache."""
    return rows.split(2048 if rows.device.type == "cpu" else 32768)
