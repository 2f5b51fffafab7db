"""The protocol of a clustering method, and those of what only some methods can do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.runtime.progress import Progress
from cubeclust.spectra import Spectra

# Labels and posterior of any spectra, clusters in the model's own order.
Labeler = Callable[[Spectra], Clustering]


class Clusterer(Protocol):
    """A clustering method: a frozen record of its settings."""

    @property
    def n_clusters(self) -> int:
        """Number of clusters asked for."""

    @property
    def paper(self) -> str:
        """Reference to cite."""

    @property
    def default_scale(self) -> str:
        """Name of the scaling that is used without --scale."""

    @property
    def uses_gpu(self) -> bool:
        """Whether fit can run on a GPU."""

    @property
    def figures(self) -> tuple[str, ...]:
        """Endings of the figures that the method adds.

        convergence.png shows its history, whose first series is the objective; loadings.png its subspace.
        """

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Bytes that a fit needs in addition to the spectra."""

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Multiplications of a fit at most, which compare the times of two fits.

        Infinite if only convergence or time ends the fit.
        """

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Cluster the rows; the same seed on the same device gives the same labels.

        cache_bytes are bytes that may be taken beyond `memory` to save time; they never change the result.
        """

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> Labeler | None:
        """Labels of other spectra by the model whose parameters a fit returned.

        None if the method has no such model; the nearest class mean then decides.
        """


@runtime_checkable
class Decomposing(Protocol):
    """A method whose fits to the same spectra share work, whatever the number of clusters, the model and the seed."""

    def decompose(self, spectra: Spectra, *, device: str, cache_bytes: int) -> Any:
        """Compute what the fits share; cache_bytes as in `fit`."""

    def fit_decomposed(self, shared: Any, *, seed: int, progress: Progress) -> Clustering:
        """Fit as `fit` does, given what the fits share."""


@runtime_checkable
class Iterative(Protocol):
    """A method whose fit repeats a step from one start or several: the time of a few steps gives that of all."""

    @property
    def n_starts(self) -> int:
        """Starts of a fit, each of which repeats what precedes the first step."""

    @property
    def max_seconds(self) -> float:
        """Time after which a fit ends, converged or not; infinite without such a bound."""

    def shortened(self, steps: int) -> Clusterer:
        """The same method with `steps` iterations of one start and no bound in time, for any part of the spectra."""


@runtime_checkable
class Starting(Protocol):
    """A method whose iteration can start from classes on the sky."""

    def starting_from(self, classes: np.ndarray) -> Clusterer:
        """The same method, started from class numbers 1..k of spaxels (NY, NX), 0 for none."""


@runtime_checkable
class ModelChoice(Protocol):
    """A method with a setting `model`, which is one of several models of its clusters."""

    @property
    def model(self) -> str:
        """Model that is fitted."""

    @property
    def models(self) -> tuple[str, ...]:
        """Models that can be compared with each other."""


@runtime_checkable
class Reducing(Protocol):
    """A method that reduces spectra to features, which takes more spectra than there are features."""

    @property
    def n_features(self) -> int:
        """Features of a spectrum."""


@dataclass(frozen=True)
class Combinator:
    """A method that wraps another one, `inner`, and has its properties unless it replaces them."""

    inner: Clusterer

    @property
    def n_clusters(self) -> int:
        """Number of clusters asked for."""
        return self.inner.n_clusters

    @property
    def paper(self) -> str:
        """Reference to cite."""
        return self.inner.paper

    @property
    def default_scale(self) -> str:
        """Name of the scaling that is used without --scale."""
        return self.inner.default_scale

    @property
    def uses_gpu(self) -> bool:
        """Whether fit can run on a GPU."""
        return self.inner.uses_gpu

    @property
    def figures(self) -> tuple[str, ...]:
        """Endings of the figures that the method adds."""
        return self.inner.figures


def iterative(method: Clusterer) -> Iterative | None:
    """The method itself, or that inside of a combination, if its fit repeats a step."""
    if isinstance(method, Combinator):
        return iterative(method.inner)
    return method if isinstance(method, Iterative) else None


def shortened(method: Clusterer, steps: int) -> Clusterer:
    """The same method or combination with `steps` iterations of one start; as it is if it does not iterate."""
    if isinstance(method, Combinator):
        return replace(method, inner=shortened(method.inner, steps))
    return method.shortened(steps) if isinstance(method, Iterative) else method


def least_spectra(method: Clusterer) -> int:
    """Spectra that a brief fit of a method or combination needs: more than it has clusters and features."""
    own = max(method.n_clusters, method.n_features if isinstance(method, Reducing) else 0) + 1
    return max(own, least_spectra(method.inner)) if isinstance(method, Combinator) else own
