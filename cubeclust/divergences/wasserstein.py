"""Exact Wasserstein distances between clusters by the network simplex of POT (Ohl et al. 2022, Eqs. 10, 11)."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from cubeclust.errors import InputError

# A smaller posterior takes no part: the problem shrinks to the spectra that a cluster holds.
_FLOOR = 1e-12
_PIVOTS = 10**9  # of one transport at most; POT stops at 10^5 by default, with a value that is not the distance


class Wasserstein:
    """Least mean cost of moving p(x|a) onto p(x|b), each a sum of points at the spectra.

    The gradient is the pair of dual potentials; where several are optimal, one of them. An empty cluster is at
    distance 0 from all. Distances and potentials are float64; transports run side by side in threads of the CPU.

    cost   (n, n) float64, symmetric
    """

    def __init__(self, cost: Float[np.ndarray, "n n"]) -> None:
        self.cost = cost

    def to_all(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, " k"]:
        """Distance of each p(x|y) from p(x)."""
        weights = _weights(posterior)
        everywhere = torch.full_like(weights[:1], 1 / len(posterior))
        last = len(weights)
        return _Transports.apply(torch.cat([weights, everywhere]), self.cost, [(row, last) for row in range(last)])

    def between(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k k"]:
        """Distance of each p(x|a) from each p(x|b), one transport for a pair and its mirror."""
        weights = _weights(posterior)
        k = len(weights)
        distances = _Transports.apply(weights, self.cost, list(combinations(range(k), 2)))
        first, second = torch.triu_indices(k, k, offset=1, device=weights.device)
        upper = weights.new_zeros(k, k).index_put((first, second), distances)
        return upper + upper.T


class _Transports(torch.autograd.Function):
    """Distance of each pair of rows of the weights (m, n): (pairs,)."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, cost: np.ndarray, pairs: Sequence[tuple[int, int]]) -> Tensor:
        masses = weights.detach().cpu().contiguous().numpy()
        values, potentials = np.zeros(len(pairs)), np.zeros((len(pairs), 2, len(cost)))

        def solve(index: int) -> None:
            first, second = (masses[row] for row in pairs[index])
            if first.any() and second.any():
                values[index], potentials[index] = _transport(first, second, cost)

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            list(pool.map(solve, range(len(pairs))))
        ctx.pairs, ctx.like = pairs, weights
        ctx.save_for_backward(torch.from_numpy(potentials))
        return torch.from_numpy(values).to(weights.device)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (potentials,) = ctx.saved_tensors  # (pairs, 2, n)
        moved = gradients[0].cpu()[:, None, None] * potentials
        rows = torch.tensor(ctx.pairs, dtype=torch.long).reshape(-1)
        out = torch.zeros(ctx.like.shape, dtype=torch.float64).index_add_(0, rows, moved.flatten(0, 1))
        return out.to(ctx.like.device), None, None


def _transport(
    first: Float[np.ndarray, " n"], second: Float[np.ndarray, " n"], cost: Float[np.ndarray, "n n"]
) -> tuple[float, Float64[np.ndarray, "2 n"]]:
    """Distance of two distributions (n,), and the potentials (2, n) of its dual."""
    import ot

    log = ot.emd(first, second, cost, numItermax=_PIVOTS, log=True)[1]
    if log["warning"] is not None:
        raise InputError(f"a transport of {len(cost)} spectra did not end ({log['warning']}); lower --batch-size.")
    return log["cost"], np.stack([log["u"], log["v"]])


def _weights(posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k n"]:
    """p(x_i|y) (k, n) float64, rows of sum 1; of an empty cluster 0."""
    kept = torch.where(posterior > _FLOOR, posterior.double(), 0.0).T
    return kept / kept.sum(dim=1, keepdim=True).clamp_min(_FLOOR)
