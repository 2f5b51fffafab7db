"""The Sinkhorn divergence by geomloss (Feydy et al. 2019), pair by pair: an independent engine for checks."""

from importlib import import_module
from itertools import combinations
from typing import Any

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from cubeclust.divergences.entries import mean_row
from cubeclust.divergences.usd import masses
from cubeclust.errors import InputError
from cubeclust.runtime.packages import require_package

EXPONENTS = {"euclidean": 1, "sqeuclidean": 2}  # p of geomloss's cost |x - y|^p / p, by the metric's name


class GeomlossDivergence:
    """Unbiased Sinkhorn divergence of each pair by SamplesLoss, in the precision of the data.

    data      (n, d); unit is the cost that counts as 1, epsilon is in that unit
    backend   "tensorized" holds n x n costs, "online" needs pykeops and a compiler
    scaling   ratio of geomloss's annealing: the nearer to 1, the nearer to the divergence, which its loop does not
              reach where epsilon is far below the costs

    Raises:
        InputError: a metric that geomloss does not know, or a package that is not installed: geomloss, for online
            pykeops.
    """

    def __init__(
        self, data: Float[Tensor, "n d"], metric: str, unit: float, epsilon: float, *, backend: str, scaling: float
    ) -> None:
        if metric not in EXPONENTS:
            raise InputError(
                f"--solver geomloss knows the metrics {' and '.join(EXPONENTS)}, not {metric}; choose one."
            )
        require_package("geomloss", "--solver geomloss")
        if backend == "online":
            require_package("pykeops", "--solver geomloss-online")
        from geomloss import SamplesLoss

        p = EXPONENTS[metric]
        self.points: Tensor = (data - mean_row(data)) / unit ** (1 / p)  # so that no common offset costs digits
        self.loss: Any = SamplesLoss("sinkhorn", p=p, blur=epsilon ** (1 / p), scaling=scaling, backend=backend)
        if backend == "online":
            self._require_online()

    def to_all(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, " k"]:
        """S of each p(x|y) and p(x)."""
        weights = masses(posterior)
        everywhere = torch.full_like(weights[0], 1 / len(posterior))
        return torch.stack([self._between(one, everywhere) for one in weights])

    def between(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k k"]:
        """S of each pair of clusters, symmetric with a diagonal of 0."""
        weights = masses(posterior)
        k = len(weights)
        values = [self._between(weights[a], weights[b]) for a, b in combinations(range(k), 2)]
        first, second = torch.triu_indices(k, k, offset=1, device=weights.device)
        upper = weights.new_zeros(k, k)
        upper = upper.index_put((first, second), torch.stack(values)) if values else upper
        return upper + upper.T

    def _require_online(self) -> None:
        """Raise InputError unless pykeops compiles and computes on the device of the points."""
        try:
            halves = torch.full((2,), 0.5, dtype=self.points.dtype, device=self.points.device)
            works = bool(torch.isfinite(self.loss(halves, self.points[:2], halves, self.points[:2])))
            reason = "it gives no finite number"
        except Exception as error:  # whatever a compiler on some machine can raise
            works, reason = False, " ".join(str(error).split())[:200]
        on_gpu = self.points.device.type == "cuda"
        if works and on_gpu and not import_module("pykeops.config").gpu_available:
            works, reason = False, "it would compute on the CPU"
        if not works:
            raise InputError(
                f"--solver geomloss-online: pykeops cannot compute here ({reason}); take another --solver."
            )

    def _between(self, first: Float[Tensor, " n"], second: Float[Tensor, " n"]) -> Float64[Tensor, ""]:
        a, b = first.to(self.points.dtype), second.to(self.points.dtype)
        return self.loss(a, self.points, b, self.points).double()
