"""A subsample of the spectra, on which many partitions are compared."""

from dataclasses import dataclass

import numpy as np

from cubeclust.evaluation.internal_scores import sample_rows
from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class Subsample:
    """Rows (m,) of the spectra, drawn as for `internal_scores`, and their distances (m, m) from each other."""

    rows: np.ndarray
    distances: np.ndarray

    @classmethod
    def of(cls, spectra: Spectra, seed: int) -> "Subsample":
        """At most 2000 random rows."""
        from sklearn.metrics import pairwise_distances

        rows = sample_rows(len(spectra), seed)
        return cls(rows, pairwise_distances(spectra.flux[rows]))

    def silhouette(self, labels: np.ndarray) -> float | None:
        """Silhouette of labels (m,) of the rows; it favors few classes. None for one class, or one for each row."""
        from sklearn.metrics import silhouette_score

        if not 2 <= len(np.unique(labels)) < len(labels):
            return None
        return float(silhouette_score(self.distances, labels, metric="precomputed"))
