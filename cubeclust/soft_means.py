"""Alternation of soft assignments and weighted means."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cubeclust.class_means import squared_distances, weighted_means
from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class Assignment:
    """Soft assignment of all rows.

    posterior   (n, k) float64, rows sum to 1
    weights     (n, k): what the means are weighted by
    objective   per row, to be minimized
    width       variance behind the assignment where it has one
    """

    posterior: np.ndarray
    weights: np.ndarray
    objective: float
    width: float = float("nan")


# Squared distances (n, k) and the posterior before them, None at the start -> the new assignment.
Assign = Callable[[np.ndarray, np.ndarray | None], Assignment]


@dataclass(frozen=True)
class SoftMeans:
    """Result of one start: means (k, n_wave) float64, the assignment to them, objectives, whether it settled."""

    means: np.ndarray
    assignment: Assignment
    objectives: list[float]
    converged: bool


def soft_means(
    spectra: Spectra,
    means: np.ndarray,
    assign: Assign,
    *,
    max_iter: int,
    tolerance: float,
    report: Callable[[int, float], None],
) -> SoftMeans:
    """Alternate from the given means until the objective falls by less than tolerance, at most max_iter times."""
    assignment = assign(squared_distances(spectra, means), None)
    objectives = [assignment.objective]
    for iteration in range(1, max_iter + 1):
        moved = weighted_means(spectra, assignment.weights)
        means = np.where(np.isfinite(moved), moved, means)
        assignment = assign(squared_distances(spectra, means), assignment.posterior)
        objectives.append(assignment.objective)
        report(iteration, assignment.objective)
        if objectives[-2] - objectives[-1] < tolerance:
            return SoftMeans(means, assignment, objectives, converged=True)
    return SoftMeans(means, assignment, objectives, converged=False)


def best_of(
    n_starts: int, seed: int, spectra: Spectra, n_clusters: int, run: Callable[[np.ndarray], SoftMeans]
) -> SoftMeans:
    """The start with the least objective, starts being k-means++ choices of spectra decided by the seed."""
    from sklearn.cluster import kmeans_plusplus

    starts = [
        run(kmeans_plusplus(spectra.flux, n_clusters, random_state=seed + start)[0].astype(np.float64))
        for start in range(n_starts)
    ]
    return min(starts, key=lambda start: start.objectives[-1])
