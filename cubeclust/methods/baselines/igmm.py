"""Isotropic Gaussian mixture with equal weights."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import ClassVar

import numpy as np

from cubeclust.clustering import Clustering, Criteria
from cubeclust.methods.baselines.soft_means import Alternation, isotropic_mixture, labels_by
from cubeclust.methods.protocol import Labeler
from cubeclust.runtime.progress import Progress
from cubeclust.settings import check, setting
from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class IsotropicMixture:
    """Gaussian components of weight 1/k that share one variance, fitted by expectation maximization.

    Boubekki et al. 2021, section 5.1.3 (iGMM): the model behind k-means, with soft assignments.
    """

    n_clusters: int = setting(10, "Number of components.", minimum=1)
    n_starts: int = setting(10, "Starts by k-means++, of which the best is kept.", minimum=1)
    max_iter: int = setting(300, "Iterations of one start at most.", minimum=1)
    tolerance: float = setting(
        1e-3, "A start has converged when an iteration gains less log-likelihood per spectrum than this.", above=0
    )

    paper: ClassVar[str] = "Boubekki et al. 2021, Mach. Learn. 110, 1901 (iGMM)"
    default_scale: ClassVar[str] = "total-flux"
    uses_gpu: ClassVar[bool] = False
    max_seconds: ClassVar[float] = inf
    figures: ClassVar[tuple[str, ...]] = ("convergence.png",)

    def __post_init__(self) -> None:
        check(self)

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Distances and assignments of this and the last iteration, in float64."""
        return 8 * 8 * n_spectra * self.n_clusters + 8 * 4 * self.n_clusters * n_wave

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Distances and means in each iteration of each start."""
        return 2.0 * self.n_starts * self.max_iter * n_spectra * n_wave * self.n_clusters

    def shortened(self, steps: int) -> "IsotropicMixture":
        """One start with `steps` iterations."""
        return replace(self, n_starts=1, max_iter=steps)

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Fit the mixture; the result has centroids and variance."""
        alternation = Alternation(
            isotropic_mixture(spectra.n_wave),
            self.n_clusters,
            self.n_starts,
            self.max_iter,
            least_fall=lambda start: self.tolerance,
        )
        best = alternation.best(
            spectra, seed, lambda done, loss: progress.advance("fit", done, self.max_iter, log_likelihood=-loss)
        )
        n_parameters = self.n_clusters * spectra.n_wave + 1
        criteria = Criteria.of(-best.objectives[-1] * len(spectra), n_parameters, best.assignment.posterior)
        parameters = {"variance": np.array([best.assignment.width])}
        return replace(best.clustering({"log_likelihood": -best.objectives}, parameters), criteria=criteria)

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> Labeler:
        """Posterior under the fitted components."""

        def label(spectra: Spectra) -> Clustering:
            return labels_by(
                isotropic_mixture(spectra.n_wave, float(model["variance"][0])), spectra, model["centroids"]
            )

        return label
