"""What is recorded of a choice among fits."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SelectionRecord:
    """A scan over numbers of clusters and models, as the line of the chosen run states it under `selection`.

    criterion, value    what was ranked by, and its value for the chosen entry
    stability           mean agreement (ARI) of the entry's seeds, None if it was not measured
    silhouette          of the chosen fit, None if it has none
    subsample           number of spectra that both are measured on
    warnings            sentences on the choice
    n_clusters, models  what was tried, with `seeds` fits each, `jobs` at a time
    entries, failed     number of pairs of both, and of those without a fit
    files               products of the scan by their ending
    """

    criterion: str
    value: float
    stability: float | None
    silhouette: float | None
    subsample: int
    warnings: tuple[str, ...]
    n_clusters: tuple[int, ...]
    models: tuple[str, ...]
    seeds: int
    jobs: int
    entries: int
    failed: int
    files: dict[str, Path]

    def as_json(self) -> dict[str, Any]:
        """The record as JSON can hold it."""
        return asdict(self) | {
            "warnings": list(self.warnings),
            "n_clusters": list(self.n_clusters),
            "models": list(self.models),
            "files": {ending: str(path) for ending, path in self.files.items()},
        }
