"""Any method on a sample of the spectra."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.errors import InputError
from cubeclust.methods.protocol import Combinator, Labeler
from cubeclust.runtime.progress import Progress
from cubeclust.spectra import Spectra
from cubeclust.statistics.means import class_means, nearest_mean

SAMPLINGS = ("random", "snr")
_STRATA = 10  # intervals of log signal to noise that have equal shares in the sample
_MEANS, _CLUSTERS = "nearest/means", "nearest/clusters"


@dataclass(frozen=True)
class Sampled(Combinator):
    """Fit `inner` on n_sample spectra and label the others by its model, or by the nearest class mean if it has none.

    by is "random" or "snr". With "snr" the sample is drawn in equal parts from ten intervals of log signal to noise
    between its 1 % and 99 % quantiles, so that bright spectra, which are few, are in the sample, too.
    """

    n_sample: int
    by: str = "random"

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """The sample, the inner method on it, and the posterior of all."""
        n = min(self.n_sample, n_spectra)
        return 4 * n * n_wave + self.inner.memory(n, n_wave) + 24 * n_spectra * self.n_clusters

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """The inner method on the sample, and the distance of each spectrum from each class mean."""
        return self.inner.effort(min(self.n_sample, n_spectra), n_wave) + 2.0 * n_spectra * n_wave * self.n_clusters

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Fit the sample, then label all rows; those of the sample keep the labels of the fit."""
        if self.n_sample >= len(spectra):
            progress.say(f"--sample {self.n_sample}: there are only {len(spectra)} spectra, and all of them are fitted")
            return self.inner.fit(spectra, seed=seed, device=device, cache_bytes=cache_bytes, progress=progress)
        if self.n_sample < max(2, self.n_clusters):
            raise InputError(
                f"--sample {self.n_sample}: the fit needs at least {max(2, self.n_clusters)} spectra; raise it."
            )
        chosen = self._choose(spectra, seed)
        part = spectra.sample(chosen)
        fitted = self.inner.fit(part, seed=seed, device=device, cache_bytes=cache_bytes, progress=progress)
        label = self.inner.labeler(fitted.parameters, device=device)
        if label is None:
            progress.say("the method has no model of other spectra: each gets the class of the nearest mean")
            means, clusters = _means(part, fitted)
            fitted = replace(fitted, posterior=None, parameters={_MEANS: means, _CLUSTERS: clusters})
            label = _nearest(fitted.parameters, self.n_clusters)
        return _combined(fitted, label(spectra), chosen)

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> Labeler | None:
        """Labels by the nearest class mean if the fit stored the means, else by the inner model."""
        if _MEANS not in model:
            return self.inner.labeler(model, device=device)
        return _nearest(model, self.n_clusters)

    def _choose(self, spectra: Spectra, seed: int) -> np.ndarray:
        """Rows of the sample in ascending order."""
        random = np.random.default_rng(seed)
        if self.by == "random":
            return np.sort(random.choice(len(spectra), self.n_sample, replace=False))
        if not np.isfinite(spectra.snr).any():
            raise InputError("--sample-by snr needs a variance, which the cube does not have; take --sample-by random.")
        return np.sort(_stratified(spectra.snr, self.n_sample, random))


def _stratified(snr: np.ndarray, number: int, random: np.random.Generator) -> np.ndarray:
    """Rows (number,), drawn at random from each stratum in turn; a stratum that is used up is passed over."""
    level = np.log10(np.clip(np.nan_to_num(snr, nan=0.0), 1e-3, None))
    low, high = np.quantile(level, (0.01, 0.99))
    stratum = np.digitize(level, np.linspace(low, high, _STRATA + 1)[1:-1])
    order = random.permutation(len(snr))
    turn = np.empty(len(snr), int)
    for name in range(_STRATA):
        members = order[stratum[order] == name]
        turn[members] = np.arange(len(members))
    return order[np.argsort(turn[order], kind="stable")][:number]


def _means(part: Spectra, fitted: Clustering) -> tuple[np.ndarray, np.ndarray]:
    """Means of the clusters that have members, and the numbers of these clusters."""
    clusters = np.unique(fitted.labels)
    return class_means(part, fitted.labels, fitted.n_clusters)[clusters], clusters


def _nearest(model: Mapping[str, np.ndarray], n_clusters: int) -> Labeler:
    """Labels by the nearest class mean of the model."""
    means, clusters = model[_MEANS], model[_CLUSTERS]
    return lambda spectra: Clustering(clusters[nearest_mean(spectra, means)], n_clusters)


def _combined(fitted: Clustering, everywhere: Clustering, chosen: np.ndarray) -> Clustering:
    """Labels and posterior of all rows, those of the sample (rows `chosen`) as fitted."""
    everywhere.labels[chosen] = fitted.labels
    if everywhere.posterior is not None and fitted.posterior is not None:
        everywhere.posterior[chosen] = fitted.posterior
    return replace(fitted, labels=everywhere.labels, posterior=everywhere.posterior, embedding=everywhere.embedding)
