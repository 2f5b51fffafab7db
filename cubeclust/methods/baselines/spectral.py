"""Spectral clustering on the graph of nearest neighbors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.runtime.progress import Progress
from cubeclust.settings import check, setting
from cubeclust.spectra import Spectra

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_DENSE = 500  # spectra of a component up to which its eigenvectors are computed without iteration


@dataclass(frozen=True)
class Spectral:
    """k-means on the leading eigenvectors of the normalized neighbor graph, rows at unit length (Ng et al. 2001)."""

    n_clusters: int = setting(10, "Number of clusters.", minimum=1)
    n_neighbors: int = setting(10, "Nearest spectra that each spectrum is connected with.", minimum=1)
    n_starts: int = setting(10, "Starts of the k-means on the eigenvectors, of which the best is kept.", minimum=1)

    paper: ClassVar[str] = "Ng, Jordan & Weiss 2001, NIPS 14, 849"
    default_scale: ClassVar[str] = "total-flux"
    uses_gpu: ClassVar[bool] = False
    figures: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        check(self)

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Three copies of the graph, and the Lanczos vectors in float64."""
        graph = 3 * 2 * 12 * n_spectra * self.n_neighbors
        dense = 3 * 8 * min(n_spectra, max(_DENSE, self.n_clusters)) ** 2
        return graph + dense + 8 * n_spectra * max(2 * self.n_clusters + 1, 20) + 2**28

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Distances of all pairs."""
        return float(n_spectra) ** 2 * n_wave

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Cluster."""
        from sklearn.cluster import KMeans

        vectors = _leading_eigenvectors(_graph(spectra.flux, self.n_neighbors), self.n_clusters, seed)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        embedding = vectors / np.where(lengths > 0, lengths, 1)
        labels = KMeans(self.n_clusters, n_init=self.n_starts, random_state=seed).fit_predict(embedding)
        return Clustering(labels.astype(int), self.n_clusters)

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> None:
        """None: spectral clustering has no model of other spectra."""


def _graph(flux: np.ndarray, n_neighbors: int) -> "csr_array":
    """Symmetric adjacency (n, n), (A + A^T) / 2, scaled by the square roots of the degrees."""
    from scipy.sparse import csr_array, diags_array
    from sklearn.neighbors import kneighbors_graph

    directed = csr_array(kneighbors_graph(flux, min(n_neighbors, len(flux) - 1)))
    graph = (directed + directed.T) / 2
    scale = diags_array(1 / np.sqrt(graph.sum(axis=1)))
    return (scale @ graph @ scale).tocsr()


def _leading_eigenvectors(graph: "csr_array", number: int, seed: int) -> np.ndarray:
    """Eigenvectors (n, number) of the largest eigenvalues, computed for each connected component.

    Each component has the eigenvalue 1 once; a Lanczos iteration on the whole graph would miss some of them. Equal
    eigenvalues are ordered by decreasing size of their components.
    """
    from scipy.sparse.csgraph import connected_components

    _, component = connected_components(graph, directed=False)
    sizes = np.bincount(component)
    pairs: list[tuple[float, np.ndarray, np.ndarray]] = []  # eigenvalue, rows, values of the eigenvector there
    for name in np.argsort(-sizes, kind="stable"):
        rows = np.flatnonzero(component == name)
        values, vectors = _eigenpairs(graph[rows][:, rows], number, seed)
        pairs += [(value, rows, vector) for value, vector in zip(values, vectors.T, strict=True)]
        pairs = sorted(pairs, key=lambda pair: -round(pair[0], 9))[:number]
    out = np.zeros((graph.shape[0], len(pairs)))
    for column, (_, rows, vector) in enumerate(pairs):
        out[rows, column] = vector
    return out


def _eigenpairs(graph: "csr_array", number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The largest eigenvalues of a connected graph, at most `number`, with their vectors; the seed starts Lanczos."""
    from scipy.linalg import eigh
    from scipy.sparse.linalg import eigsh

    n = graph.shape[0]
    if n <= max(_DENSE, number):
        return eigh(graph.toarray(), subset_by_index=(max(0, n - number), n - 1))
    return eigsh(graph, number, which="LA", v0=np.random.default_rng(seed).uniform(-1, 1, n))
