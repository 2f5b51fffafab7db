"""The table of a scan as CSV."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cubeclust.model_selection.candidate import Candidate
from cubeclust.model_selection.choice import Choice
from cubeclust.model_selection.trial import Trial


def _of_best(name: str) -> Callable[[Candidate], Any]:
    return lambda candidate: None if candidate.best is None else getattr(candidate.best, name)


def _of_criteria(name: str) -> Callable[[Candidate], Any]:
    return lambda candidate: (
        None if (fit := candidate.best) is None or fit.criteria is None else getattr(fit.criteria, name)
    )


def _why(fits: Sequence[Trial]) -> str | None:
    return next((fit.error for fit in fits if fit.error is not None), None)


# Column -> its value; those of a single fit are of the best seed.
_COLUMNS: dict[str, Callable[[Candidate], Any]] = {
    "n_clusters": lambda candidate: candidate.n_clusters,
    "model": lambda candidate: candidate.model,
    "seeds": lambda candidate: len(candidate.fits),
    "failed": lambda candidate: len(candidate.fits) - len(candidate.done),
    "best_seed": _of_best("seed"),
    **{name: _of_criteria(name) for name in ("icl", "bic", "aic", "log_likelihood", "n_parameters")},
    "objective": _of_best("objective"),
    "stability_ari_subsample": lambda candidate: candidate.stability,
    "silhouette_subsample": _of_best("silhouette"),
    "classes_used": _of_best("classes_used"),
    "tiny_classes": _of_best("tiny_classes"),
    "converged": _of_best("converged"),
    "iterations": _of_best("iterations"),
    "seconds": lambda candidate: round(sum(fit.seconds for fit in candidate.fits), 3),
    "error": lambda candidate: _why(candidate.fits),
}


def write_scan_table(path: Path, table: Sequence[Candidate], choice: Choice) -> None:
    """Write a row for each candidate, empty where a value does not exist."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["chosen", *_COLUMNS])
        for candidate in table:
            writer.writerow([int(candidate is choice.candidate), *(value(candidate) for value in _COLUMNS.values())])
