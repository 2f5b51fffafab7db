"""GEMINI with an f-divergence."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cubeclust.methods.gemini.base import Build, Gemini
from cubeclust.runtime.progress import Progress
from cubeclust.settings import preset

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class FGemini(Gemini):
    """GEMINI with KL (as OvA the mutual information), squared Hellinger or total variation.

    The divergence does not compare spectra; only the network relates them. Any certain assignment to clusters of equal
    size is a maximum.
    """

    f: Literal["kl", "hellinger", "tv"] = preset("kl")

    def divergence(self, data: "Tensor", progress: Progress) -> Build:
        """The same for any rows, as it does not depend on the data."""
        from cubeclust.divergences.f_divergences import F_DIVERGENCES

        divergence = F_DIVERGENCES[self.f]()
        return lambda rows, cache_bytes: divergence

    def divergence_memory(self, n_spectra: int, n_wave: int) -> int:
        """Ratios, their functions and gradients in float64 (measured: at most 13 times n k)."""
        return 13 * 8 * n_spectra * self.n_clusters

    def divergence_effort(self, n_spectra: int, n_wave: int) -> float:
        """A function of each ratio, and the pairs of clusters."""
        return n_spectra * self.n_clusters * (100.0 + 10.0 * self.n_clusters * (self.pairs == "ovo"))
