"""Maximum mean discrepancy between clusters, linear kernel."""

from functools import cached_property

import torch
from torch import Tensor

from cubeclust.divergences.embedding import weighted_sums


class LinearMMD:
    """MMD (Ohl et al. 2022, Eq. 9) for the linear kernel, exact in O(n d k).

    There the embedding is the identity, so that MMD(p(x|a), p(x|b)) = |m_a - m_b| with the mean embedding
    m_a = sum_i p(a|x_i) x_i / sum_i p(a|x_i); no n x n matrix appears. Means and distances are float64.

    data   (n, d) float32 or float64: the spectra, or a batch of them
    """

    def __init__(self, data: Tensor) -> None:
        self.data = data

    def to_all(self, posterior: Tensor) -> Tensor:
        """Distance of each p(x|y) from p(x): (k,)."""
        return torch.linalg.vector_norm(self._means(posterior) - self._overall, dim=1)

    def between(self, posterior: Tensor) -> Tensor:
        """Distance of each p(x|a) from each p(x|b): (k, k)."""
        means = self._means(posterior)
        return torch.cdist(means, means, compute_mode="donot_use_mm_for_euclid_dist")

    @cached_property
    def _overall(self) -> Tensor:
        """Mean of the data (1, d) float64."""
        return weighted_sums(torch.ones_like(self.data[:, :1]), self.data) / len(self.data)

    def _means(self, posterior: Tensor) -> Tensor:
        """Mean embeddings (k, d) float64; an empty cluster sits at 0 and weighs nothing."""
        mass = posterior.sum(dim=0, dtype=torch.float64)  # (k,)
        tiny = torch.finfo(torch.float64).tiny
        return weighted_sums(posterior, self.data) / mass.clamp_min(tiny)[:, None]
