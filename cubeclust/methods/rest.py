"""Labels of spectra that a fit did not see."""

from dataclasses import replace

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.methods.protocol import Clusterer
from cubeclust.spectra import Spectra
from cubeclust.statistics.means import class_means, nearest_mean


def labeled_rest(clusterer: Clusterer, fitted: Clustering, spectra: Spectra, device: str) -> Clustering:
    """The clustering of the first rows of `spectra`, in any order of its clusters, with labels of the other rows.

    They come from the fitted model; from the nearest mean of a cluster, without a posterior, where the method has no
    model of other spectra.
    """
    n = len(fitted.labels)
    if n == len(spectra):
        return fitted
    rest, label = spectra.sample(slice(n, None)), clusterer.labeler(fitted.parameters, device=device)
    found = _nearest(spectra.sample(slice(n)), fitted, rest) if label is None else _ordered(label(rest), fitted.order)
    return replace(
        fitted,
        labels=np.concatenate([fitted.labels, found.labels]),
        posterior=_joined(fitted.posterior, found.posterior, len(rest)),
        embedding=_joined(fitted.embedding, found.embedding, len(rest)),
    )


def _nearest(part: Spectra, fitted: Clustering, rest: Spectra) -> Clustering:
    clusters = np.unique(fitted.labels)
    means = class_means(part, fitted.labels, fitted.n_clusters)[clusters]
    return Clustering(clusters[nearest_mean(rest, means)], fitted.n_clusters)


def _ordered(found: Clustering, order: np.ndarray) -> Clustering:
    """Labels and posterior in the order (k,) of clusters, from those in the model's own."""
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    posterior = None if found.posterior is None else found.posterior[:, order]
    return replace(found, labels=rank[found.labels], posterior=posterior)


def _joined(first: np.ndarray | None, last: np.ndarray | None, n: int) -> np.ndarray | None:
    """Rows of both, NaN for n last ones that are unknown."""
    if first is None:
        return None
    return np.concatenate([first, np.full((n, first.shape[1]), np.nan, first.dtype) if last is None else last])
