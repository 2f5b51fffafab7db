"""What every clustering method is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.runtime.progress import Progress
from cubeclust.spectra import Spectra

# Labels and posterior of any spectra, clusters in the model's own order.
Labeler = Callable[[Spectra], Clustering]


class Clusterer(Protocol):
    """A frozen record of settings that turns spectra into a clustering and stays as it is."""

    @property
    def n_clusters(self) -> int:
        """Clusters asked for."""

    @property
    def paper(self) -> str:
        """What to cite."""

    @property
    def default_scale(self) -> str:
        """Scaling used where the user names none."""

    @property
    def uses_gpu(self) -> bool:
        """Whether fit can run on a GPU."""

    @property
    def figures(self) -> tuple[str, ...]:
        """Endings of the figures that only some methods have.

        convergence.png of a history, whose first entry is the objective; loadings.png of a discriminative subspace.
        """

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Bytes that fit needs beside the spectra."""

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Work of a fit at most, as a number of multiplications: the ratio of two tells how their times compare.

        Infinite where only convergence or time ends the fit.
        """

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Cluster the rows; the same seed on the same device gives the same labels.

        cache_bytes are bytes that may be taken beyond `memory` to save time; they never change the result.
        """

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> Labeler | None:
        """The model whose parameters a fit returned, for spectra that it has not seen.

        None where the method has no such model: there the nearest class mean has to decide.
        """


@runtime_checkable
class Decomposing(Protocol):
    """A method whose fits to the same spectra share work, whatever the number of clusters, the model and the seed."""

    def decompose(self, spectra: Spectra, *, device: str, cache_bytes: int) -> Any:
        """What they share; cache_bytes as in `fit`."""

    def fit_decomposed(self, shared: Any, *, seed: int, progress: Progress) -> Clustering:
        """As `fit`, from what they share."""


@dataclass(frozen=True)
class Combinator:
    """A method made of another one, `inner`, which it resembles in all that is not its own."""

    inner: Clusterer

    @property
    def n_clusters(self) -> int:
        """Clusters asked for."""
        return self.inner.n_clusters

    @property
    def paper(self) -> str:
        """What to cite."""
        return self.inner.paper

    @property
    def default_scale(self) -> str:
        """Scaling used where the user names none."""
        return self.inner.default_scale

    @property
    def uses_gpu(self) -> bool:
        """Whether fit can run on a GPU."""
        return self.inner.uses_gpu

    @property
    def figures(self) -> tuple[str, ...]:
        """Endings of the figures that only some methods have."""
        return self.inner.figures
