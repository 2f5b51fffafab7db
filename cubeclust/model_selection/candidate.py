"""A candidate of a scan: a number of clusters and a model, with its fits from several seeds."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from cubeclust.evaluation.agreement import mean_agreement
from cubeclust.model_selection.trial import Trial


@dataclass(frozen=True)
class Candidate:
    """Fits that differ in the seed alone, those that failed included."""

    n_clusters: int
    model: str | None
    fits: tuple[Trial, ...]

    @property
    def done(self) -> list[Trial]:
        """Fits that did not fail."""
        return [fit for fit in self.fits if fit.error is None]

    @property
    def best(self) -> Trial | None:
        """The likeliest fit, or that with the best objective; the first of equals, None if all failed."""
        return max(self.done, key=lambda fit: fit.standing, default=None)

    @cached_property
    def stability(self) -> float | None:
        """Mean adjusted Rand index between the seeds, on the subsample.

        None for fewer than two fits, or if one has a single class: two identical trivial partitions would count as
        perfectly stable.
        """
        labels = [fit.sample_labels for fit in self.done if fit.sample_labels is not None and fit.classes_used != 1]
        return mean_agreement(labels) if 2 <= len(labels) == len(self.done) else None

    @property
    def name(self) -> str:
        """The candidate in words."""
        return f"{'' if self.model is None else self.model + ', '}K = {self.n_clusters}"


def candidates(tried: Iterable[Trial]) -> list[Candidate]:
    """Candidates by rising number of clusters, models in the order of the fits."""
    fits = sorted(tried, key=lambda fit: fit.n_clusters)
    return [
        Candidate(n_clusters, model, tuple(fit for fit in same if fit.model == model))
        for n_clusters, group in groupby(fits, key=lambda fit: fit.n_clusters)
        for same in [list(group)]
        for model in dict.fromkeys(fit.model for fit in same)
    ]
