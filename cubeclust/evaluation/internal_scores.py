"""Scores of a clustering without known classes."""

import numpy as np

from cubeclust.spectra import Spectra

MAX_ROWS = 2000
_DRAWS = 6  # of the seed's streams: the rows of --sample come from another one


def sample_rows(n: int, seed: int) -> np.ndarray:
    """Indices of at most 2000 random rows of n."""
    return np.random.default_rng([seed, _DRAWS]).permutation(n)[:MAX_ROWS]


def internal_scores(spectra: Spectra, labels: np.ndarray, seed: int) -> dict[str, float]:
    """Silhouette and Davies-Bouldin index in the space that was clustered, on at most 2000 random rows.

    Both favor few classes: never rank runs by them alone. Empty if the sample has fewer than two classes or one for
    each row.
    """
    from sklearn.metrics import davies_bouldin_score, silhouette_score

    rows = sample_rows(len(labels), seed)
    flux, chosen = spectra.flux[rows], labels[rows]
    if not 2 <= len(np.unique(chosen)) < len(rows):
        return {}
    return {
        "silhouette": float(silhouette_score(flux, chosen)),
        "davies_bouldin": float(davies_bouldin_score(flux, chosen)),
    }
