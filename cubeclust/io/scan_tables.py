"""The table of a scan as CSV."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cubeclust.model_selection.candidate import Entry
from cubeclust.model_selection.choice import Choice
from cubeclust.model_selection.trial import Tried


def _of_best(name: str) -> Callable[[Entry], Any]:
    return lambda entry: None if entry.best is None else getattr(entry.best, name)


def _of_criteria(name: str) -> Callable[[Entry], Any]:
    return lambda entry: None if (fit := entry.best) is None or fit.criteria is None else getattr(fit.criteria, name)


def _why(fits: Sequence[Tried]) -> str | None:
    return next((fit.error for fit in fits if fit.error is not None), None)


# Column -> its value; those of a single fit are of the best seed.
_COLUMNS: dict[str, Callable[[Entry], Any]] = {
    "n_clusters": lambda entry: entry.n_clusters,
    "model": lambda entry: entry.model,
    "seeds": lambda entry: len(entry.fits),
    "failed": lambda entry: len(entry.fits) - len(entry.done),
    "best_seed": _of_best("seed"),
    **{name: _of_criteria(name) for name in ("icl", "bic", "aic", "log_likelihood", "n_parameters")},
    "objective": _of_best("objective"),
    "stability_ari_subsample": lambda entry: entry.stability,
    "silhouette_subsample": _of_best("silhouette"),
    "classes_used": _of_best("classes_used"),
    "tiny_classes": _of_best("tiny_classes"),
    "converged": _of_best("converged"),
    "iterations": _of_best("iterations"),
    "seconds": lambda entry: round(sum(fit.seconds for fit in entry.fits), 3),
    "error": lambda entry: _why(entry.fits),
}


def write_scan_table(path: Path, table: Sequence[Entry], choice: Choice) -> None:
    """Write a row for each entry, empty where a value does not exist."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["chosen", *_COLUMNS])
        for entry in table:
            writer.writerow([int(entry is choice.entry), *(value(entry) for value in _COLUMNS.values())])
