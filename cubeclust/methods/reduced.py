"""Any method on the principal components of the spectra."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.methods.protocol import Combinator, Decomposing, Labeler
from cubeclust.runtime.progress import Progress
from cubeclust.spectra import Spectra
from cubeclust.statistics.principal_components import (
    PrincipalComponents,
    components_effort,
    components_memory,
    principal_components,
)

_MEAN, _COMPONENTS = "pca/mean", "pca/components"


@dataclass(frozen=True)
class Reduced(Combinator):
    """Fit `inner` on the leading n_components principal components of the scaled spectra."""

    n_components: int

    @property
    def n_features(self) -> int:
        """The components."""
        return self.n_components

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Scores of all spectra, the covariance with its eigenvectors, and the inner method."""
        own = components_memory(n_spectra, n_wave, self.n_components)
        return own + self.inner.memory(n_spectra, self.n_components)

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Covariance and eigenvectors, and the inner method on the components."""
        return components_effort(n_spectra, n_wave) + self.inner.effort(n_spectra, self.n_components)

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Fit on the components; the result has the mean and the components in addition to the inner model."""
        return self.fit_decomposed(
            self.decompose(spectra, device=device, cache_bytes=cache_bytes), seed=seed, progress=progress
        )

    def decompose(self, spectra: Spectra, *, device: str, cache_bytes: int) -> "_Scores":
        """Find the components."""
        own, share = principal_components(spectra, self.n_components, "--pca")
        scores = _reduced(spectra, own)
        inner = None
        if isinstance(self.inner, Decomposing):
            inner = self.inner.decompose(scores, device=device, cache_bytes=cache_bytes)
        return _Scores(own, share, scores, inner, device, cache_bytes)

    def fit_decomposed(self, shared: "_Scores", *, seed: int, progress: Progress) -> Clustering:
        """Fit on the components."""
        progress.say(f"{self.n_components} principal components hold {shared.share:.1%} of the variance")
        if isinstance(self.inner, Decomposing):
            found = self.inner.fit_decomposed(shared.inner, seed=seed, progress=progress)
        else:
            found = self.inner.fit(
                shared.spectra, seed=seed, device=shared.device, cache_bytes=shared.cache_bytes, progress=progress
            )
        model = {_MEAN: shared.components.mean, _COMPONENTS: shared.components.components}
        loadings = None if found.loadings is None else shared.components.components.T @ found.loadings
        return replace(found, loadings=loadings, parameters=model | found.parameters)

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> Labeler | None:
        """Labels by the inner model on the same components."""
        label = self.inner.labeler({name: model[name] for name in model if not name.startswith("pca/")}, device=device)
        own = PrincipalComponents(model[_MEAN], model[_COMPONENTS])
        return label and (lambda spectra: label(_reduced(spectra, own)))


@dataclass(frozen=True)
class _Scores:
    """Components, their share of the variance, spectra of scores, and what the inner fits share."""

    components: PrincipalComponents
    share: float
    spectra: Spectra
    inner: Any
    device: str
    cache_bytes: int


def _reduced(spectra: Spectra, components: PrincipalComponents) -> Spectra:
    """Spectra of scores (n, n_components); the wavelength of a channel is the number of its component, from 1."""
    scores = components.scores(spectra)
    return replace(spectra, flux=scores, variance=None, wavelength=np.arange(1.0, scores.shape[1] + 1))
