"""Common part of the GEMINI methods of optimal transport: the cost between spectra."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from cubeclust.methods.gemini.geometric import GeometricGemini
from cubeclust.runtime.progress import Progress
from cubeclust.settings import preset, setting

if TYPE_CHECKING:
    from torch import Tensor

    from cubeclust.divergences.entries import Entries
    from cubeclust.learning.batches import Rows


@dataclass(frozen=True)
class TransportGemini(GeometricGemini):
    """GEMINI with a cost of moving one cluster onto another.

    cost_matrix, from Python only, is a symmetric matrix (n, n) that takes the metric's place, a row for each of the
    spectra in their order; it may be mapped from a file.
    """

    metric: str = setting(
        "euclidean",
        "Cost between spectra; sqeuclidean is |x-y|^2 / 2; geodesic is the shortest path along neighbors, which takes "
        "an n x n matrix.",
        choices=("euclidean", "sqeuclidean", "cosine", "manhattan", "geodesic"),
    )
    neighbor_quantile: float = setting(
        0.05, "Share of all pairs of spectra that count as neighbors, the nearest first (geodesic).", above=0, maximum=1
    )
    cost_matrix: np.ndarray | None = preset(None)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.refuse_features_beside(self.cost_matrix, "cost_matrix")

    def shortened(self, steps: int) -> Self:
        """The same training with `steps` iterations, and the metric in place of cost_matrix."""
        return replace(super().shortened(steps), cost_matrix=None)

    def costs(self, data: "Tensor", progress: Progress) -> "Callable[[Rows], Entries]":
        """Blocks of the costs between rows of data (n, d), for any choice of rows; pairs without a path are stated."""
        from cubeclust.divergences.costs import COSTS
        from cubeclust.divergences.entries import blocks_of

        matrix = self._matrix(data, progress)
        if matrix is None:
            return lambda rows: COSTS[self.metric](data[rows])

        def chosen(rows: "Rows") -> "Entries":
            if isinstance(rows, slice):
                return blocks_of(matrix, data)
            indices = np.arange(len(data))[rows]
            return blocks_of(matrix[np.ix_(indices, indices)], data)

        return chosen

    def _matrix(self, data: "Tensor", progress: Progress) -> np.ndarray | None:
        """Costs between all spectra (n, n), None where those of a batch come from its rows alone."""
        from cubeclust.divergences.entries import require_symmetric
        from cubeclust.divergences.geodesic import connection, geodesic

        if self.cost_matrix is not None:
            require_symmetric(self.cost_matrix, len(data), "cost_matrix")
            return self.cost_matrix
        if self.metric != "geodesic":
            return None
        steps = geodesic(data, self.neighbor_quantile)
        parts, share = connection(steps)
        if parts > 1:
            progress.say(
                f"--metric geodesic: the neighbors form {parts} parts that no path connects, with {share:.1%} of the "
                f"pairs of spectra, whose cost is {len(data)} steps; raise --neighbor-quantile to connect them"
            )
        return steps

    def paths_memory(self, n_spectra: int) -> int:
        """Bytes of the paths between all spectra."""
        from cubeclust.divergences.geodesic import geodesic_memory

        return geodesic_memory(n_spectra) if self.metric == "geodesic" else 0

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """The training, and once the paths along neighbors."""
        paths = 240.0 * self.neighbor_quantile * n_spectra**3 if self.metric == "geodesic" else 0.0
        return super().effort(n_spectra, n_wave) + paths
