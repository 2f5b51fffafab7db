"""Fuzzy c-means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf, log
from typing import ClassVar

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.errors import InputError
from cubeclust.methods.baselines.soft_means import Alternation, fuzzy_memberships, labels_by
from cubeclust.methods.protocol import Labeler
from cubeclust.runtime.progress import Progress
from cubeclust.settings import check, setting
from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class FuzzyCMeans:
    """Minimize the sum of u_ij^m |x_i - c_j|^2 over memberships u that sum to 1 for each spectrum.

    The usual m = 2 lets all centroids fall onto the mean of data with many channels; the default exponent is
    therefore that of Schwaemmle & Jensen (2010) for the number of spectra and channels.
    """

    n_clusters: int = setting(10, "Number of clusters.", minimum=2)
    fuzziness: float = setting(
        0.0,
        "Exponent m of the memberships, above 1; 0 takes that of Schwaemmle & Jensen 2010, near 1 for spectra.",
        minimum=0,
    )
    n_starts: int = setting(10, "Starts by k-means++, of which the best is kept.", minimum=1)
    max_iter: int = setting(300, "Iterations of one start at most.", minimum=1)
    tolerance: float = setting(
        1e-6, "A start has converged when an iteration lowers the objective by less than this share of it.", above=0
    )

    paper: ClassVar[str] = "Bezdek 1981, Pattern Recognition with Fuzzy Objective Function Algorithms (Plenum)"
    default_scale: ClassVar[str] = "total-flux"
    uses_gpu: ClassVar[bool] = False
    max_seconds: ClassVar[float] = inf
    figures: ClassVar[tuple[str, ...]] = ("convergence.png",)

    def __post_init__(self) -> None:
        check(self)
        if 0 < self.fuzziness <= 1:
            raise InputError(f"--fuzziness is {self.fuzziness}: give a value above 1, or 0 for the default.")

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Distances, memberships, their logarithms and powers in float64."""
        return 8 * 8 * n_spectra * self.n_clusters + 8 * 4 * self.n_clusters * n_wave

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Distances and means in each iteration of each start."""
        return 2.0 * self.n_starts * self.max_iter * n_spectra * n_wave * self.n_clusters

    def shortened(self, steps: int) -> "FuzzyCMeans":
        """One start with `steps` iterations."""
        return replace(self, n_starts=1, max_iter=steps)

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Cluster; the result has the centroids and the exponent."""
        exponent = self.fuzziness or default_fuzziness(len(spectra), spectra.n_wave)
        alternation = Alternation(
            fuzzy_memberships(exponent),
            self.n_clusters,
            self.n_starts,
            self.max_iter,
            least_fall=lambda start: self.tolerance * start,
        )
        best = alternation.best(
            spectra, seed, lambda done, loss: progress.advance("fit", done, self.max_iter, objective=loss)
        )
        return best.clustering({"objective": best.objectives}, parameters={"fuzziness": np.array([exponent])})

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> Labeler:
        """Memberships in the fitted clusters."""
        assign = fuzzy_memberships(float(model["fuzziness"][0]))
        return lambda spectra: labels_by(assign, spectra, model["centroids"])


def default_fuzziness(n_spectra: int, n_wave: int) -> float:
    """Exponent m by the numbers of spectra and channels (Schwaemmle & Jensen 2010, Bioinformatics 26, 2841, Eq. 5)."""
    power = -0.0406 * log(n_spectra) - 0.1134
    return 1 + (1418 / n_spectra + 22.05) * n_wave**-2 + (12.33 / n_spectra + 0.243) * n_wave**power
