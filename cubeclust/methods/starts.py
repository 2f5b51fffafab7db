"""Partitions of spectra from which an iteration starts."""

import warnings
from collections.abc import Callable

import numpy as np

from cubeclust.class_map import labels_of
from cubeclust.errors import InputError
from cubeclust.spectra import Spectra
from cubeclust.statistics.means import class_means, nearest_mean

_WARD = 10_000  # largest number of spectra for Ward, whose distance matrix takes 8 n^2 bytes (0.8 GB)
_DRAWS = 5  # of the seed's streams


def partition(name: str, spectra: Spectra, n_clusters: int, *, seed: int, index: int) -> np.ndarray:
    """Labels (n,) of the start with that index from 0, of a kind of STARTS; any other seed or index draws anew."""
    kinds = STARTS[name]
    return _PARTITIONS[kinds[index % len(kinds)]](spectra, n_clusters, np.random.SeedSequence([seed, _DRAWS, index]))


def _kmeans(spectra: Spectra, n_clusters: int, draws: np.random.SeedSequence) -> np.ndarray:
    """Labels (n,) of one start of k-means, by scikit-learn."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct spectra than clusters
        random = np.random.RandomState(np.random.MT19937(draws))
        return KMeans(n_clusters, n_init=1, random_state=random).fit(spectra.flux).labels_.astype(int)


def _random(spectra: Spectra, n_clusters: int, draws: np.random.SeedSequence) -> np.ndarray:
    """Labels (n,), random and uniform over the clusters."""
    return np.random.default_rng(draws).integers(0, n_clusters, len(spectra))


def _ward(spectra: Spectra, n_clusters: int, draws: np.random.SeedSequence) -> np.ndarray:
    """Labels (n,) of Ward's hierarchy, by scikit-learn, which draws nothing."""
    from sklearn.cluster import AgglomerativeClustering

    if len(spectra) > _WARD:
        raise InputError(
            f"--start ward compares each pair of the {len(spectra)} spectra; above {_WARD} take --start kmeans."
        )
    return AgglomerativeClustering(n_clusters, linkage="ward").fit(spectra.flux).labels_.astype(int)


def labels_on_sky(spectra: Spectra, classes: np.ndarray, n_clusters: int) -> np.ndarray:
    """Labels (n,) by an image of class numbers (NY, NX) from 1; a spectrum without one joins the nearest class mean.

    Raises:
        InputError: the spectra have fewer than two of the classes.
    """
    labels = labels_of(classes, spectra)
    means = class_means(spectra, labels, n_clusters)
    known = np.flatnonzero(np.isfinite(means[:, 0]))
    if len(known) < 2:
        raise InputError(
            f"--start-map: the spectra have {len(known)} of its classes and need 2; give a map of the same spaxels."
        )
    return np.where(labels < 0, known[nearest_mean(spectra, means[known])], labels)


# Labels of spectra, by the number of clusters and a seed.
_PARTITIONS: dict[str, Callable[[Spectra, int, np.random.SeedSequence], np.ndarray]] = {
    "kmeans": _kmeans,
    "random": _random,
    "ward": _ward,
}
# Name of a start -> partitions that the starts of a fit take in turn.
STARTS: dict[str, tuple[str, ...]] = {"mixed": ("kmeans", "random"), **{name: (name,) for name in _PARTITIONS}}
