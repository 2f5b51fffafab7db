"""Alternation of soft assignments and weighted means."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.spectra import Spectra
from cubeclust.statistics.means import squared_distances, weighted_means


@dataclass(frozen=True)
class Assignment:
    """Soft assignment of all rows.

    posterior   (n, k) float64, rows sum to 1
    weights     (n, k): of the rows in the means
    objective   per row, to be minimized
    width       variance of the Gaussians; NaN for an assignment without one
    """

    posterior: np.ndarray
    weights: np.ndarray
    objective: float
    width: float = float("nan")


# Squared distances (n, k) and the posterior before them, None at the start -> the new assignment.
Assign = Callable[[np.ndarray, np.ndarray | None], Assignment]


@dataclass(frozen=True)
class SoftMeans:
    """Result of one start: means (k, n_wave) float64, the assignment to them, objectives, convergence."""

    means: np.ndarray
    assignment: Assignment
    objectives: np.ndarray
    converged: bool

    def clustering(self, history: dict[str, np.ndarray], parameters: dict[str, np.ndarray]) -> Clustering:
        """The clustering, with `centroids` in addition to the parameters given."""
        posterior = self.assignment.posterior.astype(np.float32)
        return Clustering(
            labels=posterior.argmax(axis=1),
            n_clusters=len(self.means),
            posterior=posterior,
            history=history,
            iterations=len(self.objectives) - 1,
            converged=self.converged,
            stopped="plateau" if self.converged else "iterations",
            parameters={"centroids": self.means} | parameters,
        )


@dataclass(frozen=True)
class Alternation:
    """Soft assignments and weighted means in turn, from several starts.

    least_fall maps the first objective of a start to the decrease below which an iteration ends it.
    """

    assign: Assign
    n_clusters: int
    n_starts: int
    max_iter: int
    least_fall: Callable[[float], float]

    def best(self, spectra: Spectra, seed: int, report: Callable[[int, float], None]) -> SoftMeans:
        """The start with the least objective; starts are spectra that k-means++ draws with the seed."""
        from sklearn.cluster import kmeans_plusplus

        random = np.random.RandomState(seed)
        starts = (
            self.run(spectra, kmeans_plusplus(spectra.flux, self.n_clusters, random_state=random)[0], report)
            for _ in range(self.n_starts)
        )
        return min(starts, key=lambda start: start.objectives[-1])

    def run(self, spectra: Spectra, means: np.ndarray, report: Callable[[int, float], None]) -> SoftMeans:
        """Alternate from the means (k, n_wave) given."""
        means = means.astype(np.float64)
        assignment = self.assign(squared_distances(spectra, means), None)
        objectives = [assignment.objective]
        settled = False
        while not settled and len(objectives) <= self.max_iter:
            moved = weighted_means(spectra, assignment.weights)
            means = np.where(np.isfinite(moved), moved, means)
            assignment = self.assign(squared_distances(spectra, means), assignment.posterior)
            objectives.append(assignment.objective)
            report(len(objectives) - 1, assignment.objective)
            settled = objectives[-2] - objectives[-1] < self.least_fall(objectives[0])
        return SoftMeans(means, assignment, np.array(objectives), settled)


def labels_by(assign: Assign, spectra: Spectra, means: np.ndarray) -> Clustering:
    """Labels and posterior of spectra by fitted means."""
    posterior = assign(squared_distances(spectra, means), None).posterior.astype(np.float32)
    return Clustering(posterior.argmax(axis=1), len(means), posterior)


def isotropic_mixture(n_wave: int, variance: float | None = None) -> Assign:
    """Responsibilities of Gaussians of equal weight with one variance per channel, given or fitted."""

    def assign(squares: np.ndarray, before: np.ndarray | None) -> Assignment:
        return _responsibilities(squares, variance or _variance(squares, before, n_wave), n_wave)

    return assign


def _variance(squares: np.ndarray, posterior: np.ndarray | None, n_wave: int) -> float:
    """Maximum likelihood variance (M step) of one channel, bounded away from 0; of hard labels without a posterior."""
    total = squares.min(axis=1).sum() if posterior is None else (posterior * squares).sum()
    least = np.finfo(np.float32).eps * squares.mean() + np.finfo(np.float64).tiny
    return float(max(total / len(squares), least) / n_wave)


def _responsibilities(squares: np.ndarray, variance: float, n_wave: int) -> Assignment:
    """E step: softmax(-|x - c|^2 / (2 variance)) and minus the mean log-likelihood."""
    from scipy.special import logsumexp, softmax

    exponents = squares / (-2 * variance)
    posterior = softmax(exponents, axis=1)
    peak = logsumexp(exponents, axis=1).mean() - np.log(squares.shape[1])
    return Assignment(posterior, posterior, float(n_wave / 2 * np.log(2 * np.pi * variance) - peak), variance)


def fuzzy_memberships(exponent: float) -> Assign:
    """u_ij = 1 / sum_l (d_ij^2 / d_il^2)^(1 / (m - 1)) of Bezdek, in logarithms so that m near 1 does not overflow."""
    from scipy.special import softmax

    def assign(squares: np.ndarray, before: np.ndarray | None) -> Assignment:
        least = np.finfo(np.float64).tiny
        posterior = softmax(np.log(np.maximum(squares, least)) / (1 - exponent), axis=1)
        weights = posterior**exponent
        return Assignment(posterior, weights, float((weights * squares).sum() / len(squares)))

    return assign
