"""The objective of each divergence, with its gradient, on any device and in any precision."""

from collections.abc import Callable

import torch
from torch import Tensor

from cubeclust.divergences.costs import COSTS, Cost
from cubeclust.divergences.entries import filled
from cubeclust.divergences.f_divergences import F_DIVERGENCES
from cubeclust.divergences.gemini import Divergence, Pairs, gemini
from cubeclust.divergences.kernels import KERNELS, Kernel
from cubeclust.divergences.mmd import mmd
from cubeclust.divergences.usd import SinkhornDivergence
from cubeclust.divergences.wasserstein import Wasserstein

_EPSILON = 0.25  # of the mean cost, the default of the methods
_TOLERANCE = {torch.float32: 1e-6, torch.float64: 1e-11}  # marginal errors that the precision can reach


def sinkhorn(data: Tensor, metric: str) -> Divergence:
    """USD in units of the mean cost."""
    cost = Cost.of(COSTS[metric](data), len(data), data)
    return SinkhornDivergence(cost.over(cost.mean), _EPSILON, tolerance=_TOLERANCE[data.dtype], max_steps=2000)


def transport(data: Tensor) -> Divergence:
    """Exact Wasserstein distances, which the CPU finds."""
    return Wasserstein(filled(COSTS["euclidean"](data), len(data), data).double().cpu().numpy())


DIVERGENCES: dict[str, Callable[[Tensor], Divergence]] = {
    **{f"MMD, {kernel}": lambda data, kernel=kernel: mmd(data, Kernel(kernel)) for kernel in KERNELS},
    **{f"USD, {metric}": lambda data, metric=metric: sinkhorn(data, metric) for metric in COSTS},
    **{name: lambda data, name=name: F_DIVERGENCES[name]() for name in F_DIVERGENCES},
    "Wasserstein": transport,
}


def value_and_gradient(name: str, pairs: Pairs, data: Tensor, logits: Tensor) -> tuple[float, Tensor]:
    """GEMINI of a divergence on data (n, d), and its gradient at the logits (n, k)."""
    leaf = logits.clone().requires_grad_()
    value = gemini(torch.softmax(leaf, dim=1), DIVERGENCES[name](data), pairs)
    value.backward()
    return value.item(), leaf.grad
