"""Isotropic Gaussian mixture with equal weights, the baseline of the clustering module."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cubeclust.settings import check, setting

if TYPE_CHECKING:
    from cubeclust.clustering import Clustering
    from cubeclust.methods.protocol import Labeler
    from cubeclust.progress import Progress
    from cubeclust.soft_means import Assignment
    from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class IsotropicMixture:
    """Gaussian components of weight 1/k that share one variance, fitted by expectation maximization.

    Boubekki et al. 2021, section 4.2 (iGMM): the model behind k-means, with soft assignments.
    """

    n_clusters: int = setting(10, "Number of components.", minimum=1)
    n_starts: int = setting(10, "k-means++ starts.", minimum=1)
    max_iter: int = setting(300, "Iterations of one start.", minimum=1)
    tolerance: float = setting(1e-3, "Stop at a smaller gain in log-likelihood per spectrum.", above=0)

    paper: ClassVar[str] = "Boubekki et al. 2021, Mach. Learn. 110, 1901 (iGMM)"
    default_scale: ClassVar[str] = "zscore"
    uses_gpu: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check(self)

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Distances, assignments and their predecessors in float64."""
        return 8 * 8 * n_spectra * self.n_clusters + 8 * 4 * self.n_clusters * n_wave

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Distances and means in each iteration of each start."""
        return 2.0 * self.n_starts * self.max_iter * n_spectra * n_wave * self.n_clusters

    def fit(self, spectra: "Spectra", *, seed: int, device: str, room: int, report: "Progress") -> "Clustering":
        """Fit the mixture; centroids and variance are in the result."""
        from cubeclust.clustering import Clustering
        from cubeclust.soft_means import SoftMeans, best_of, soft_means

        def assign(squares: np.ndarray, before: np.ndarray | None) -> "Assignment":
            return _expectation(squares, _variance(squares, before, spectra.n_wave), spectra.n_wave)

        def run(means: np.ndarray) -> SoftMeans:
            return soft_means(
                spectra,
                means,
                assign,
                max_iter=self.max_iter,
                tolerance=self.tolerance,
                report=lambda done, loss: report.advance("fit", done, self.max_iter, log_likelihood=-loss),
            )

        best = best_of(self.n_starts, seed, spectra, self.n_clusters, run)
        posterior = best.assignment.posterior.astype(np.float32)
        return Clustering(
            labels=posterior.argmax(axis=1),
            n_clusters=self.n_clusters,
            posterior=posterior,
            history={"log_likelihood": -np.array(best.objectives)},
            iterations=len(best.objectives) - 1,
            converged=best.converged,
            parameters={"centroids": best.means, "variance": np.array([best.assignment.width])},
        )

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> "Labeler":
        """Posterior under the fitted components."""
        from cubeclust.class_means import squared_distances
        from cubeclust.clustering import Clustering

        def label(spectra: "Spectra") -> Clustering:
            squares = squared_distances(spectra, model["centroids"])
            posterior = _expectation(squares, float(model["variance"][0]), spectra.n_wave).posterior
            return Clustering(posterior.argmax(axis=1), self.n_clusters, posterior.astype(np.float32))

        return label


def _variance(squares: np.ndarray, posterior: np.ndarray | None, n_wave: int) -> float:
    """Maximum likelihood variance (M step) of one channel, kept from 0; before the first step from hard labels."""
    total = squares.min(axis=1).sum() if posterior is None else (posterior * squares).sum()
    least = np.finfo(np.float32).eps * squares.mean() + np.finfo(np.float64).tiny
    return float(max(total / len(squares), least) / n_wave)


def _expectation(squares: np.ndarray, variance: float, n_wave: int) -> "Assignment":
    """E step: responsibilities softmax(-|x - c|^2 / (2 variance)) and minus the mean log-likelihood."""
    from scipy.special import logsumexp, softmax

    from cubeclust.soft_means import Assignment

    exponents = squares / (-2 * variance)
    posterior = softmax(exponents, axis=1)
    peak = logsumexp(exponents, axis=1).mean() - np.log(squares.shape[1])
    return Assignment(posterior, posterior, float(n_wave / 2 * np.log(2 * np.pi * variance) - peak), variance)
