"""The parts of what is recorded of a run: cube, velocities, classes, fit."""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from cubeclust.classes.classification import Classification
from cubeclust.classes.names import Parent
from cubeclust.classes.table import TINY_CLASS
from cubeclust.clustering import Clustering, Criteria
from cubeclust.evaluation.similar_classes import SimilarPair
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.pipelines.run.redshifts import Redshifts

# Reason why a pair of classes may be one -> the same in words.
_SIMILAR = {
    "errors": "mean spectra equal within their errors",
    "cut": "parts of one population that is cut through its noise",
}
_NAMED = 6  # pairs of one reason that a sentence names


@dataclass(frozen=True)
class CubeRecord:
    """The cube: its path, what it shows, the class that is clustered again, and what was taken for what."""

    cube: str
    target: str
    parent: Parent | None
    layout: str
    hdus: dict[str, str]
    variance_kind: str | None

    @classmethod
    def of(cls, path: Path, cube_file: CubeFile, parent: Parent | None) -> "CubeRecord":
        """What the file's header led to."""
        return cls(str(path), cube_file.target, parent, cube_file.layout, dict(cube_file.hdus), cube_file.variance_kind)


@dataclass(frozen=True)
class VelocitiesRecord:
    """Where the velocities come from, and how many spaxels asked for enter or are dropped, by flag."""

    source: str
    systemic: float
    spaxels: int
    entering: int
    dropped: dict[str, int]
    summary: str

    @classmethod
    def of(cls, redshifts: Redshifts) -> "VelocitiesRecord":
        """Counts of the velocities that brought the spectra to rest."""
        return cls(
            source=redshifts.name,
            systemic=redshifts.motion.systemic,
            spaxels=int(np.count_nonzero(redshifts.asked)),
            entering=int(np.count_nonzero(redshifts.entering)),
            dropped=redshifts.dropped,
            summary=redshifts.summary,
        )


@dataclass(frozen=True)
class ClassesRecord:
    """Number of classes asked for and found, size and name of each, numbers of tiny ones, and pairs that may be one."""

    classes_asked: int
    classes_used: int
    class_sizes: list[int]
    class_names: list[str]
    tiny_classes: list[int]
    merge_candidates: list[SimilarPair]

    @classmethod
    def of(cls, classification: Classification, n_clusters: int, similar: list[SimilarPair]) -> "ClassesRecord":
        """Counts of a classification into n_clusters at most, some pairs of which are similar."""
        counts = classification.class_map.counts()
        return cls(
            classes_asked=n_clusters,
            classes_used=int(np.count_nonzero(counts)),
            class_sizes=counts.tolist(),
            class_names=[row.name for row in classification.rows],
            tiny_classes=(np.flatnonzero((counts > 0) & (counts <= TINY_CLASS)) + 1).tolist(),
            merge_candidates=similar,
        )

    @property
    def candidates(self) -> str:
        """Pairs of classes that may be one, by their names, with the reason; "" for none."""
        sentences = []
        for reason, words in _SIMILAR.items():
            pairs = [pair for pair in self.merge_candidates if pair.reason == reason]
            names = [f"{self.class_names[pair.first - 1]} and {self.class_names[pair.second - 1]}" for pair in pairs]
            more = [f"{len(names) - _NAMED} more pairs"] if len(names) > _NAMED else []
            sentences += [f"{', '.join([*names[:_NAMED], *more])} ({words})"] if names else []
        return "; ".join(sentences)

    @property
    def joinable(self) -> list[list[str]]:
        """Names of classes of which all pairs are candidates, each class in one group, the nearest ones together."""
        similar = {(pair.first, pair.second) for pair in self.merge_candidates}
        groups: list[list[int]] = []
        for pair in sorted(self.merge_candidates, key=lambda pair: pair.distance):
            one, other = (next((group for group in groups if n in group), [n]) for n in (pair.first, pair.second))
            together = sorted({*one, *other})
            if similar.issuperset(combinations(together, 2)):
                groups = [*(group for group in groups if group not in (one, other)), together]
        return [[self.class_names[number - 1] for number in group] for group in sorted(groups)]


@dataclass(frozen=True)
class FitRecord:
    """How the iterations ended, the last value of the objective and of what was watched, criteria and warnings.

    warnings  sentences on why the fit may be wrong
    """

    converged: bool | None
    stopped: str | None
    iterations: int | None
    objective: dict[str, float]
    watched: dict[str, float]
    criteria: Criteria | None
    warnings: list[str]

    @classmethod
    def of(cls, clustering: Clustering) -> "FitRecord":
        """The end of a fit."""
        ends = {name: float(values[-1]) for name, values in clustering.history.items()}
        objective = next(iter(ends), None)
        return cls(
            clustering.converged,
            clustering.stopped,
            clustering.iterations,
            objective={name: value for name, value in ends.items() if name == objective},
            watched={name: value for name, value in ends.items() if name != objective},
            criteria=clustering.criteria,
            warnings=list(clustering.warnings),
        )

    @property
    def ending(self) -> str:
        """How the iterations ended, in words."""
        state = "converged" if self.converged else "not converged"
        why = ", stopped by --max-minutes" if self.stopped == "time" else ""
        return f"{state} after {self.iterations} iterations{why}"
