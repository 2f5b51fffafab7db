"""One value and gradient of the USD GEMINI on synthetic spectra."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from benchmarks.measuring import EVERYTHING, made
from cubeclust.divergences.costs import COSTS, Cost
from cubeclust.divergences.gemini import gemini
from cubeclust.divergences.sinkhorn import Potentials, solve
from cubeclust.divergences.sinkhorn import Problem as Transports
from cubeclust.divergences.usd import SinkhornDivergence, masses
from cubeclust.methods import METHODS
from cubeclust.runtime.progress import Silent

_SHARPNESS = 3.0  # deviation of the logits: clusters that overlap, as in the middle of a training


@dataclass(frozen=True)
class Problem:
    """Spectra (n, d) float32 and logits (n, k) of which a step takes the USD OvO and its gradient."""

    data: Tensor
    logits: Tensor
    metric: str
    epsilon: str
    settings: dict = field(default_factory=dict)

    @classmethod
    def synthetic(cls, n: int, k: int, metric: str, epsilon: str, device: str, *, n_wave: int = 321) -> "Problem":
        """Logits are random projections of the spectra."""
        data = made(n, n_wave, k, device)
        random = torch.Generator().manual_seed(0)
        logits = data @ torch.randn(n_wave, k, generator=random).to(device)
        return cls(data, _SHARPNESS * logits / logits.std(), metric, epsilon)

    @property
    def weights(self) -> Tensor:
        """Masses of the clusters on the points, (n, k) float32."""
        posterior = torch.softmax(self.logits, dim=1)
        return posterior / posterior.sum(dim=0)

    def mean_cost(self) -> float:
        """Of two different points."""
        return Cost.of(COSTS[self.metric](self.data), len(self.data), self.data).mean

    def divergence(self, room: int = EVERYTHING) -> SinkhornDivergence:
        """As a fit builds it, in units of the mean cost, with its kernel."""
        method = METHODS["usd-ovo"].create(metric=self.metric, epsilon=self.epsilon, **self.settings)
        return method.divergence(self.data, Silent())(slice(None), room)

    def step(self, divergence: SinkhornDivergence) -> tuple[float, Tensor]:
        """GEMINI and its gradient by the logits (n, k)."""
        logits = self.logits.clone().requires_grad_()
        value = gemini(torch.softmax(logits, dim=1), divergence, "ovo")
        value.backward()
        return float(value.detach()), logits.grad

    def sinkhorn(self, divergence: SinkhornDivergence) -> Callable[[int], Potentials]:
        """Function that does so many Sinkhorn steps for all pairs of clusters, from potentials of 0."""
        k = self.logits.shape[1]
        first, second = torch.triu_indices(k, k, offset=1, device=self.logits.device)
        transports = Transports(masses(torch.softmax(self.logits, dim=1)), divergence.reach, first, second)
        start = Potentials.zero(transports)
        return lambda steps: solve(transports, divergence.sums, start, tolerance=0.0, max_steps=steps)
