"""The table of candidates that ends a scan."""

from collections.abc import Iterator
from operator import itemgetter

from rich.console import Console
from rich.table import Table

from cubeclust.model_selection.candidate import Candidate
from cubeclust.model_selection.choice import CRITERIA, Criterion
from cubeclust.pipelines.select.pipeline import Scan


def print_scan(scan: Scan) -> None:
    """Print the best candidate of each model, or every one where there are no models, and the warnings on stderr."""
    console, record = Console(stderr=True, highlight=False), scan.record
    table = Table()
    criteria = [CRITERIA[name] for name in dict.fromkeys((scan.choice.criterion, "stability"))]
    for name in ("clusters", "model", *(criterion.label for criterion in criteria), "silhouette", "used", "tiny"):
        table.add_column(name, justify="right")
    for candidate in _shown(scan):
        table.add_row(*_cells(candidate, criteria), style="bold" if candidate is scan.choice.candidate else None)
    console.print(table)
    failed = f", {record.failed} failed" if record.failed else ""
    console.print(
        f"{record.entries} entries with {record.seeds} seeds{failed}. Stability: agreement (ARI) of the seeds; "
        f"silhouette rewards collapse; both on {record.subsample} spectra.",
        f"{scan.choice}.",
        *(f"Warning: {warning}" for warning in scan.choice.warnings),
        sep="\n",
        markup=False,
        soft_wrap=True,
    )


def _shown(scan: Scan) -> Iterator[Candidate]:
    value = CRITERIA[scan.choice.criterion].of
    models = dict.fromkeys(candidate.model for candidate in scan.table)
    if len(models) == 1:
        yield from scan.table
        return
    for model in models:
        of_model = ((value(candidate), candidate) for candidate in scan.table if candidate.model == model)
        valued = [(number, candidate) for number, candidate in of_model if number is not None]
        if valued:
            yield max(valued, key=itemgetter(0))[1]


def _cells(candidate: Candidate, criteria: list[Criterion]) -> tuple[str, ...]:
    best = candidate.best
    return (
        str(candidate.n_clusters),
        candidate.model or "-",
        *(_number(criterion.of(candidate), criterion.form) for criterion in criteria),
        _number(None if best is None else best.silhouette, ".3f"),
        _number(None if best is None else best.classes_used, "d"),
        _number(None if best is None else best.tiny_classes, "d"),
    )


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
