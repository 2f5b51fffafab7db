"""k-means, by scikit-learn."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import ClassVar

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.methods.protocol import Labeler
from cubeclust.runtime.progress import Progress
from cubeclust.settings import check, setting
from cubeclust.spectra import Spectra
from cubeclust.statistics.means import nearest_mean


@dataclass(frozen=True)
class KMeans:
    """Lloyd's algorithm from k-means++ starts, of which that with the least inertia is kept."""

    n_clusters: int = setting(10, "Number of clusters.", minimum=1)
    n_starts: int = setting(10, "Starts by k-means++, of which the best is kept.", minimum=1)
    max_iter: int = setting(300, "Iterations of one start at most.", minimum=1)

    paper: ClassVar[str] = "Lloyd 1982, IEEE Trans. Inf. Theory 28, 129; Arthur & Vassilvitskii 2007 (k-means++)"
    default_scale: ClassVar[str] = "total-flux"
    uses_gpu: ClassVar[bool] = False
    max_seconds: ClassVar[float] = inf
    figures: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        check(self)

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """scikit-learn centers a float32 copy of the data."""
        return 4 * n_spectra * n_wave + 16 * n_spectra * self.n_clusters

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Distances and means in each iteration of each start."""
        return 2.0 * self.n_starts * self.max_iter * n_spectra * n_wave * self.n_clusters

    def shortened(self, steps: int) -> "KMeans":
        """One start with `steps` iterations."""
        return replace(self, n_starts=1, max_iter=steps)

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Cluster; the result has the centroids, and the inertia as its history."""
        from sklearn.cluster import KMeans as SklearnKMeans
        from sklearn.exceptions import ConvergenceWarning

        model = SklearnKMeans(self.n_clusters, n_init=self.n_starts, max_iter=self.max_iter, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", ConvergenceWarning
            )  # fewer distinct spectra than clusters: the map states it
            labels = model.fit_predict(spectra.flux)
        return Clustering(
            labels=labels.astype(int),
            n_clusters=self.n_clusters,
            history={"inertia": np.array([model.inertia_])},
            iterations=model.n_iter_,
            converged=model.n_iter_ < self.max_iter,
            stopped="plateau" if model.n_iter_ < self.max_iter else "iterations",
            parameters={"centroids": model.cluster_centers_},
        )

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> Labeler:
        """Labels by the nearest centroid."""
        return lambda spectra: Clustering(nearest_mean(spectra, model["centroids"]), self.n_clusters)
