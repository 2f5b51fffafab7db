"""Gaussian mixture, by scikit-learn."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cubeclust.clustering import Clustering, Criteria
from cubeclust.errors import InputError
from cubeclust.methods.protocol import Labeler
from cubeclust.runtime.progress import Progress
from cubeclust.settings import check, setting
from cubeclust.spectra import Spectra

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture as SklearnMixture

_PARAMETERS = ("weights", "means", "covariances", "precisions_cholesky")


@dataclass(frozen=True)
class GaussianMixture:
    """Gaussian mixture fitted by expectation maximization from k-means starts."""

    n_clusters: int = setting(10, "Number of components.", minimum=1)
    covariance: str = setting(
        "diag",
        "Covariances: full matrices, diagonal, one full matrix for all (tied), or one variance each (spherical).",
        choices=("full", "diag", "tied", "spherical"),
    )
    n_starts: int = setting(5, "Starts by k-means, of which the likeliest is kept.", minimum=1)
    max_iter: int = setting(100, "Iterations of one start at most.", minimum=1)
    regularization: float = setting(
        1e-3, "Added to the variances, in units of the mean variance of a channel.", above=0
    )

    paper: ClassVar[str] = "Dempster, Laird & Rubin 1977, J. R. Stat. Soc. B 39, 1 (EM)"
    default_scale: ClassVar[str] = "noise"
    uses_gpu: ClassVar[bool] = False
    max_seconds: ClassVar[float] = inf
    figures: ClassVar[tuple[str, ...]] = ("convergence.png",)

    def __post_init__(self) -> None:
        check(self)

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """A centered copy of the data, and covariances with their factors where they are matrices."""
        matrices = {"full": self.n_clusters, "tied": 1}.get(self.covariance, 0)
        return 8 * n_spectra * n_wave + 8 * 3 * matrices * n_wave**2 + 16 * n_spectra * self.n_clusters

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Densities and moments in each iteration; products of d x d where the covariances are matrices."""
        columns = n_wave if self.covariance in ("full", "tied") else 1
        step = 2.0 * n_spectra * n_wave * columns + (n_wave**3 if columns > 1 else 0)
        return self.n_starts * self.max_iter * self.n_clusters * step

    def shortened(self, steps: int) -> "GaussianMixture":
        """One start with `steps` iterations."""
        return replace(self, n_starts=1, max_iter=steps)

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Fit the mixture; the result has posterior, weights, means and covariances."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture as SklearnMixture

        scale = float(spectra.flux.var(axis=0, dtype=np.float64).mean())
        model = SklearnMixture(
            self.n_clusters,
            covariance_type=self.covariance,
            n_init=self.n_starts,
            max_iter=self.max_iter,
            reg_covar=self.regularization * scale,
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the result states it
            try:
                posterior = model.fit(spectra.flux).predict_proba(spectra.flux)
            except ValueError as error:
                raise InputError(
                    f"the mixture cannot be fitted ({error}); raise --regularization or lower --n-clusters."
                ) from error
        return Clustering(
            labels=posterior.argmax(axis=1),
            n_clusters=self.n_clusters,
            posterior=posterior.astype(np.float32),
            history={"lower_bound": np.asarray(model.lower_bounds_, np.float64)},
            iterations=model.n_iter_,
            converged=bool(model.converged_),
            stopped="plateau" if model.converged_ else "iterations",
            criteria=self._criteria(spectra, model, posterior),
            parameters={name: getattr(model, name + "_") for name in _PARAMETERS},
        )

    def _criteria(self, spectra: Spectra, model: "SklearnMixture", posterior: np.ndarray) -> Criteria:
        """Criteria of the fitted mixture."""
        k, p = self.n_clusters, spectra.n_wave
        matrix = p * (p + 1) // 2
        covariances = {"full": k * matrix, "tied": matrix, "diag": k * p, "spherical": k}[self.covariance]
        log_likelihood = float(model.score_samples(spectra.flux).sum(dtype="float64"))
        return Criteria.of(log_likelihood, k - 1 + k * p + covariances, posterior)

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> Labeler:
        """Posterior under the fitted mixture."""
        from sklearn.mixture import GaussianMixture as SklearnMixture

        fitted = SklearnMixture(self.n_clusters, covariance_type=self.covariance)
        for name in _PARAMETERS:
            setattr(fitted, name + "_", model[name])

        def label(spectra: Spectra) -> Clustering:
            posterior = fitted.predict_proba(spectra.flux)
            return Clustering(posterior.argmax(axis=1), self.n_clusters, posterior.astype(np.float32))

        return label
