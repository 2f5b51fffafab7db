"""GEMINI with the exact Wasserstein distance."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from cubeclust.methods.gemini.base import Build, Gemini
from cubeclust.settings import preset, setting

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from cubeclust.divergences.gemini import Divergence
    from cubeclust.learning.batches import Rows
    from cubeclust.progress import Progress


@dataclass(frozen=True)
class WassersteinGemini(Gemini):
    """GEMINI with the least cost of moving one cluster onto another, exact within each batch.

    cost_matrix, from Python only, is a symmetric matrix (n, n) that takes the metric's place, a row for each of the
    spectra in their order; it may be mapped from a file.
    """

    max_iter: int = setting(100, "Passes over all spectra.", minimum=1)
    batch_size: int = setting(
        256, "Spectra in a batch: its transports take about n^2.5; 0 = all of them, the exact objective.", minimum=0
    )
    metric: str = setting(
        "euclidean",
        "Cost of moving; sqeuclidean: |x-y|^2 / 2; geodesic: steps between neighbors, in an n x n matrix.",
        choices=("euclidean", "sqeuclidean", "cosine", "manhattan", "geodesic"),
    )
    neighbor_quantile: float = setting(
        0.05, "Share of all pairs of spectra, the nearest ones, that are neighbors (geodesic).", above=0, maximum=1
    )
    cost_matrix: "np.ndarray | None" = preset(None)

    default_scale: ClassVar[str] = "total-flux"  # distances between the shapes of spectra
    standardized: ClassVar[bool] = True

    @property
    def _transports(self) -> int:
        """Transports of one value."""
        k = self.n_clusters
        return k if self.pairs == "ova" else k * (k - 1) // 2

    def divergence(self, data: "Tensor", report: "Progress") -> Build:
        """Transport with the costs of the rows; what a batch costs and leaves out is said."""
        import numpy as np

        from cubeclust.divergences.costs import COSTS
        from cubeclust.divergences.entries import filled
        from cubeclust.divergences.wasserstein import Wasserstein

        matrix, n = self._matrix(data), len(data)
        self._announce(n, report)

        def build(rows: "Rows", room: int) -> "Divergence":
            if matrix is None:
                part = data[rows]
                cost = filled(COSTS[self.metric](part), len(part), part).cpu().numpy()
            else:
                chosen = np.arange(n)[rows]
                cost = matrix[np.ix_(chosen, chosen)]
            return Wasserstein(cost.astype(np.float64))

        return build

    def _matrix(self, data: "Tensor") -> "np.ndarray | None":
        """Costs between all spectra (n, n), None where those of a batch come from its rows alone."""
        from cubeclust.divergences.entries import precomputed
        from cubeclust.divergences.geodesic import geodesic

        if self.cost_matrix is not None:
            precomputed(self.cost_matrix, data, "cost_matrix")
            return self.cost_matrix
        return geodesic(data, self.neighbor_quantile) if self.metric == "geodesic" else None

    def _announce(self, n: int, report: "Progress") -> None:
        size = min(self.batch_size or n, n)
        text = f"{self._transports} exact transports between {size} spectra for each step"
        if size < n:
            text = (
                f"batches of {size}: {text}, {-(-n // size)} steps a pass; distances within a batch are larger than "
                "among all spectra, by what the sample adds"
            )
        report.say(text)

    def divergence_memory(self, n_spectra: int, n_wave: int) -> int:
        """Costs of a batch, the simplex of each thread (measured: 33 n^2), potentials, paths between all spectra."""
        import torch

        from cubeclust.divergences.geodesic import geodesic_memory

        n = min(n_spectra, self.batch_size or n_spectra)
        simplex = 33 * min(self._transports, torch.get_num_threads()) * n**2
        paths = geodesic_memory(n_spectra) if self.metric == "geodesic" else 0
        return 16 * n**2 + simplex + 3 * 16 * self._transports * n + paths

    def divergence_effort(self, n_spectra: int, n_wave: int) -> float:
        """Costs and transports; measured for 32 to 2048 spectra: a transport takes 0.35 ms and up to 5 ns n^2.5."""
        transport = 1.4e7 + 200.0 * n_spectra**2.5
        return 2.0 * n_spectra**2 * n_wave + self._transports * transport

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Training, and once the paths between neighbors."""
        paths = 240.0 * self.neighbor_quantile * n_spectra**3 if self.metric == "geodesic" else 0.0
        return super().effort(n_spectra, n_wave) + paths
