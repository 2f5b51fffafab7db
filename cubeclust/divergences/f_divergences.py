"""f-divergences between clusters, which the posterior alone decides (Ohl et al. 2022, Table 1, appendix D.1)."""

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from cubeclust.divergences.gemini import Divergence

# A smaller posterior counts as this and has gradient 0, as in gemclus: at 0 KL and the slope of a root are infinite.
_FLOOR = 1e-12
_ROWS = 8192  # rows whose differences between all pairs of clusters a GPU holds at a time


class KullbackLeibler:
    """f(t) = t log t: mutual information as OvA, its symmetric form as OvO."""

    def to_all(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, " k"]:
        """KL(p(x|y) || p(x)) of each cluster."""
        ratios = _ratios(posterior)
        return (ratios * ratios.log()).mean(dim=0)

    def between(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k k"]:
        """KL(p(x|a) || p(x|b)) of each ordered pair."""
        ratios = _ratios(posterior)
        crossed = ratios.T @ ratios.log() / len(ratios)
        return crossed.diagonal()[:, None] - crossed


class SquaredHellinger:
    """f(t) = 1 - sqrt(t), between 0 and 1, as in Table 1 and gemclus; appendix D.1.4 has twice that."""

    def to_all(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, " k"]:
        """H^2(p(x|y), p(x)) of each cluster."""
        return 1 - _ratios(posterior).sqrt().mean(dim=0)

    def between(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k k"]:
        """H^2(p(x|a), p(x|b)) of each pair."""
        roots = _ratios(posterior).sqrt()
        return 1 - roots.T @ roots / len(roots)


class TotalVariation:
    """f(t) = |t - 1| / 2, between 0 and 1."""

    def to_all(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, " k"]:
        """TV(p(x|y), p(x)) of each cluster."""
        return (_ratios(posterior) - 1).abs().mean(dim=0) / 2

    def between(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k k"]:
        """TV(p(x|a), p(x|b)) of each pair, an l1 distance in n dimensions, never (n, k, k)."""
        ratios = _ratios(posterior)
        distances = [torch.cdist(rows.T, rows.T, p=1.0) for rows in ratios.split(_ROWS)]
        return torch.stack(distances).sum(dim=0) / (2 * len(ratios))


def _ratios(posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "n k"]:
    """p(x|y) / p(x) = p(y|x) / p(y) (n, k) float64, each column of mean 1; that of an empty cluster is 1, as p(x)."""
    kept = posterior.double().clamp_min(_FLOOR)
    return kept / kept.mean(dim=0)


F_DIVERGENCES: dict[str, type[Divergence]] = {
    "kl": KullbackLeibler,
    "hellinger": SquaredHellinger,
    "tv": TotalVariation,
}
