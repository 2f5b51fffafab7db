"""Ward's hierarchical clustering, by scikit-learn."""

import warnings
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


@dataclass(frozen=True)
class Ward:
    """Merge the two clusters whose union raises the sum of squares least, until n_clusters are left."""

    n_clusters: int = setting(10, "Number of clusters.", minimum=1)
    connected: bool = setting(
        False,
        "Merge only clusters that touch on the sky, by a side of a spaxel; the memory then grows as n, not as n^2.",
    )

    paper: ClassVar[str] = "Ward 1963, J. Am. Stat. Assoc. 58, 236"
    default_scale: ClassVar[str] = "total-flux"
    uses_gpu: ClassVar[bool] = False
    figures: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        check(self)

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """A copy of the data and all pairwise distances in float64, or two copies if only neighbors can merge."""
        copies = 8 * n_spectra * n_wave
        return copies * 2 if self.connected else copies + 8 * n_spectra**2

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """All distances, or those of neighbors only."""
        return float(n_spectra) * n_wave * (20 if self.connected else n_spectra)

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Cluster; the seed is not used."""
        from sklearn.cluster import AgglomerativeClustering

        model = AgglomerativeClustering(
            self.n_clusters, linkage="ward", connectivity=_neighbors(spectra) if self.connected else None
        )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            labels = model.fit_predict(spectra.flux).astype(int)
        if caught:
            progress.say("the spaxels lie in separate areas: the nearest spectra of two areas count as touching")
        return Clustering(labels=labels, n_clusters=self.n_clusters)

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> None:
        """None: a hierarchy of merged spectra has no model of other ones."""


def _neighbors(spectra: Spectra) -> "csr_array":
    """Sparse adjacency (n, n) of rows whose spaxels share a side."""
    from scipy.sparse import coo_array

    row = spectra.image(np.arange(len(spectra)), -1)
    pairs = np.concatenate(
        [
            np.stack([row[:-1].ravel(), row[1:].ravel()]),
            np.stack([row[:, :-1].ravel(), row[:, 1:].ravel()]),
        ],
        axis=1,
    )
    first, second = pairs[:, (pairs >= 0).all(axis=0)]
    n = len(spectra)
    return coo_array((np.ones(len(first)), (first, second)), shape=(n, n)).tocsr()
