"""The record of one fit of a scan."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cubeclust.clustering import Clustering, Criteria

# What a fit optimizes, the first name of its history -> 1 where the larger is the better, -1 where the smaller is.
_SENSE = {"log_likelihood": 1, "lower_bound": 1, "gemini": 1, "objective": -1, "inertia": -1}


@dataclass(frozen=True)
class Trial:
    """One fit of a scan.

    key            digest of all that decides its result
    model          None for a method that has no choice of models
    error          reason why the fit failed; the fields below are then None
    objective      what the fit optimizes, the larger the better; None for a method without a history
    tiny_classes   number of classes of a few spectra, which may be outliers rather than a class
    silhouette     on the subsample; None if it has fewer than two classes
    sample_labels  (m,) labels of the subsample
    warnings       sentences on why the fit may be wrong
    seconds        time of the fit
    """

    key: str
    n_clusters: int
    model: str | None
    seed: int
    seconds: float
    error: str | None = None
    criteria: Criteria | None = None
    objective: float | None = None
    classes_used: int | None = None
    tiny_classes: int | None = None
    converged: bool | None = None
    iterations: int | None = None
    silhouette: float | None = None
    sample_labels: np.ndarray | None = None
    warnings: tuple[str, ...] = ()

    @property
    def standing(self) -> float:
        """Value that ranks fits that differ in the seed alone, the larger the better."""
        return self.criteria.log_likelihood if self.criteria else self.objective or 0.0

    def as_json(self) -> dict[str, Any]:
        """The fit as JSON can hold it, labels as base64 of 16-bit numbers."""
        values = asdict(self)
        if self.sample_labels is not None:
            values["sample_labels"] = b64encode(self.sample_labels.astype("<i2").tobytes()).decode()
        return values

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> "Trial":
        """The fit that `as_json` wrote; KeyError, TypeError or ValueError for anything else."""
        criteria, labels = values["criteria"], values["sample_labels"]
        return cls(
            **{
                **values,
                "criteria": criteria and Criteria(**criteria),
                "sample_labels": labels and np.frombuffer(b64decode(labels), "<i2").astype(int),
                "warnings": tuple(values.get("warnings", ())),
            }
        )


def objective(clustering: Clustering) -> float | None:
    """What the fit optimized, the larger the better."""
    name = next(iter(clustering.history), "")
    return _SENSE[name] * float(clustering.history[name][-1]) if name in _SENSE else None
