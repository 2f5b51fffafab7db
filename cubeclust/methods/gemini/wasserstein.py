"""GEMINI with the exact Wasserstein distance."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cubeclust.methods.gemini.base import Build
from cubeclust.methods.gemini.transport import TransportGemini
from cubeclust.runtime.progress import Progress
from cubeclust.settings import setting

if TYPE_CHECKING:
    from torch import Tensor

    from cubeclust.divergences.gemini import Divergence
    from cubeclust.learning.batches import Rows


@dataclass(frozen=True)
class WassersteinGemini(TransportGemini):
    """GEMINI with the least cost of moving one cluster onto another, exact within each batch."""

    max_iter: int = setting(100, "Passes over all spectra at most; 0 ends the fit at convergence only.", minimum=0)
    batch_size: int = setting(
        256,
        "Spectra in a batch, whose time grows as n^2.5; 0 takes all of them, which gives the exact objective.",
        minimum=0,
    )

    @property
    def _transports(self) -> int:
        """Number of transports for one value of the objective."""
        k = self.n_clusters
        return k if self.pairs == "ova" else k * (k - 1) // 2

    def divergence(self, data: "Tensor", progress: Progress) -> Build:
        """Exact transport with the costs of the rows; the number and size of the transports are reported."""
        from cubeclust.divergences.entries import filled
        from cubeclust.divergences.wasserstein import Wasserstein

        costs = self.costs(data, progress)
        self._announce(len(data), progress)

        def build(rows: "Rows", cache_bytes: int) -> "Divergence":
            part = data[rows]
            return Wasserstein(filled(costs(rows), len(part), part).double().cpu().numpy())

        return build

    def _announce(self, n: int, progress: Progress) -> None:
        size = min(self.batch_size or n, n)
        text = f"{self._transports} exact transports between {size} spectra for each step"
        if size < n:
            text = (
                f"batches of {size}: {text}, {-(-n // size)} steps a pass; distances within a batch are larger than "
                "among all spectra, by what the sample adds"
            )
        progress.say(text)

    def divergence_memory(self, n_spectra: int, n_wave: int) -> int:
        """Costs of a batch, the simplex of each thread (measured: 33 n^2), potentials, paths between all spectra."""
        import torch

        n = min(n_spectra, self.batch_size or n_spectra)
        simplex = 33 * min(self._transports, torch.get_num_threads()) * n**2
        return 16 * n**2 + simplex + 3 * 16 * self._transports * n + self.paths_memory(n_spectra)

    def divergence_effort(self, n_spectra: int, n_wave: int) -> float:
        """Costs and transports; measured for 32 to 2048 spectra: a transport takes 0.35 ms and up to 5 ns n^2.5."""
        transport = 1.4e7 + 200.0 * n_spectra**2.5
        return 2.0 * n_spectra**2 * n_wave + self._transports * transport
