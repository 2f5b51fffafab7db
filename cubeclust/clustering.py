"""What a fit returns: labels, posterior, history, and the criteria of a mixture."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from jaxtyping import Float, Integer

_GUARD = 1e-15  # of a posterior in a logarithm


@dataclass(frozen=True)
class Criteria:
    """Information criteria of a mixture, the larger the better.

    log_likelihood, n_parameters   L and the number c of free parameters
    aic                            L - c
    bic                            L - c / 2 log n (Schwarz 1978)
    icl                            bic plus the sum of log p(y|x) at each spectrum's label, 0 or less (Biernacki et al.
                                   2000): what uncertain labels cost
    """

    log_likelihood: float
    n_parameters: int
    aic: float
    bic: float
    icl: float

    @classmethod
    def of(cls, log_likelihood: float, n_parameters: int, posterior: Float[np.ndarray, "n k"]) -> "Criteria":
        """Criteria of a fit with the posterior."""
        bic = log_likelihood - n_parameters / 2 * np.log(len(posterior))
        certainty = float(np.log(posterior.max(axis=1).astype(np.float64) + _GUARD).sum())
        return cls(log_likelihood, n_parameters, log_likelihood - n_parameters, float(bic), float(bic) + certainty)


@dataclass(frozen=True)
class Clustering:
    """Labels of the rows of Spectra, in canonical order once `canonical` was called.

    labels        (n,) int, 0..k-1, or -1 for a row without label
    posterior     (n, k) float32 of p(y|x), or None for a method that has none
    n_clusters    k, the number of clusters asked for; some may be empty
    history       name -> values along the iterations, float64; first what is optimized, then what was watched
    iterations    how many were done; None for a method without iterations
    converged     whether the stopping rule was met; None for a method without one
    stopped       what ended the iterations: "plateau" (that rule), "iterations" or "time"; None without iterations
    notes         sentences that the record of the run should keep
    warnings      sentences on why the result may be wrong
    parameters    name -> array of the fitted model, its clusters in the model's own order
    criteria      information criteria of a mixture; None for another method
    loadings      (n_wave, d) float64: orthonormal directions that separate the clusters, or None
    embedding     (n, d) float32: the rows along them, or None
    order         (k,) int: the model's cluster behind each label and each column of posterior
    """

    labels: Integer[np.ndarray, " n"]
    n_clusters: int
    posterior: Float[np.ndarray, "n k"] | None = None
    history: dict[str, np.ndarray] = field(default_factory=dict)
    iterations: int | None = None
    converged: bool | None = None
    stopped: Literal["plateau", "iterations", "time"] | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    parameters: dict[str, np.ndarray] = field(default_factory=dict)
    criteria: Criteria | None = None
    loadings: Float[np.ndarray, "n_wave d"] | None = None
    embedding: Float[np.ndarray, "n d"] | None = None
    order: np.ndarray = field(default_factory=lambda: np.empty(0, int))

    def __post_init__(self) -> None:
        if not len(self.order):
            object.__setattr__(self, "order", np.arange(self.n_clusters))

    def canonical(self) -> "Clustering":
        """The same clustering with clusters ordered by decreasing size; ties keep the model's order."""
        sizes = np.bincount(self.labels[self.labels >= 0], minlength=self.n_clusters)
        order = np.argsort(-sizes, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(self.n_clusters)
        return replace(
            self,
            labels=np.where(self.labels >= 0, rank[self.labels], -1),
            posterior=None if self.posterior is None else self.posterior[:, order],
            order=self.order[order],
        )

    @property
    def n_used(self) -> int:
        """Number of clusters that have at least one row."""
        return len(np.unique(self.labels[self.labels >= 0]))
