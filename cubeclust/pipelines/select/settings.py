"""Everything that a user can ask of a scan over numbers of clusters and models."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Annotated, NamedTuple

from cubeclust.classes.names import Parent
from cubeclust.errors import InputError
from cubeclust.methods import METHODS
from cubeclust.methods.protocol import ModelChoice, iterative
from cubeclust.model_selection.choice import CRITERIA, INFORMATION
from cubeclust.pipelines.run.products import product_files, product_name
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.settings import Declaration, Names, Numbers, Panel, check, setting

PRODUCTS = ("select.csv", "select.png")
JOURNAL = "select.jsonl"
_APART = 1000  # between the seeds of a scan, so that scans from --seed 0 and 1 have no fit in common


class Task(NamedTuple):
    """A fit of a scan; model is None for a method that has no choice of models."""

    n_clusters: int
    model: str | None
    seed: int

    @property
    def name(self) -> str:
        """The fit in words."""
        return f"{'' if self.model is None else self.model + ', '}K = {self.n_clusters}, seed {self.seed}"


def models_of(method: str) -> tuple[str, ...]:
    """Models of a method that can be chosen; none for most methods."""
    record = METHODS[method].create()
    return record.models if isinstance(record, ModelChoice) else ()


@dataclass(frozen=True)
class ScanSettings:
    """Settings of `cubeclust select`, under the names of its options, whose help states what a default of None means.

    run is what all fits share: its n_clusters and model play no role, its seed is the first one. models are all of
    the method if empty.
    """

    run: RunSettings
    n_clusters: Annotated[
        Numbers, Declaration("Numbers of clusters to try.", panel=Panel.METHOD, short="-k", minimum=1)
    ]
    models: Names = setting(
        (),
        "Models to try; `cubeclust run -m METHOD --help` describes them.",
        panel=Panel.METHOD,
        name="model",
        shown="all",
    )
    criterion: str | None = setting(
        None,
        "What chooses. icl penalizes parameters and uncertain labels; bic penalizes parameters only, and takes more "
        "classes; aic penalizes least. stability is the agreement between the maps of several seeds: it needs no "
        "likelihood, but favors few classes.",
        panel=Panel.METHOD,
        shown="icl for mixtures, else stability",
        choices=tuple(CRITERIA),
    )
    seeds: int = setting(
        2,
        "Fits of each number and model, from --seed, --seed + 1000 and so on; the one with the best likelihood or "
        "objective counts. Two or more give the stability.",
        panel=Panel.METHOD,
        minimum=1,
    )
    jobs: int | None = setting(
        None,
        "Fits at a time, each on one thread; the result does not depend on it.",
        panel=Panel.COMPUTATION,
        shown="one for each core, as far as the memory allows",
        minimum=1,
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_clusters", tuple(sorted(set(self.n_clusters))))
        object.__setattr__(self, "models", tuple(self.models))
        check(self)
        self._check()
        object.__setattr__(self, "models", tuple(dict.fromkeys(self.models or models_of(self.run.method))))
        mixture = METHODS[self.run.method].mixture
        object.__setattr__(self, "criterion", self.criterion or ("icl" if mixture else "stability"))
        if self.criterion in INFORMATION and not mixture:
            raise InputError(f"--criterion {self.criterion}: {self.run.method} has no likelihood; take stability.")
        if self.criterion in INFORMATION and self.run.sample is not None and self.seeds > 1:
            raise InputError(
                f"--sample {self.run.sample}: each seed draws its own, and likelihoods of different spectra do not "
                "compare; give --seeds 1, or --criterion stability."
            )
        if self.criterion == "stability" and self.seeds < 2:
            raise InputError("--criterion stability compares fits from several seeds; give --seeds 2 or more.")
        for n_clusters in self.n_clusters:
            self.of(Task(n_clusters, next(iter(self.models), None), self.run.seed)).fit.clusterer()

    def _check(self) -> None:
        if self.run.start_map is not None:
            raise InputError("--start-map has one number of classes, but a scan has several; leave it out.")
        fit = iterative(self.run.fit.clusterer())
        if fit is not None and isfinite(fit.max_seconds):
            raise InputError(
                "--max-minutes ends fits after different numbers of iterations; bound those of a scan by --max-iter."
            )
        if not self.n_clusters:
            raise InputError("--n-clusters lists no number; give for example 2:40 or 4,8,16.")
        known = models_of(self.run.method)
        unknown = [model for model in self.models if model not in known]
        if unknown:
            raise InputError(f"--model {unknown[0]}: {_choices(self.run.method, known)}.")

    @property
    def tasks(self) -> list[Task]:
        """Fits in the order in which they are begun."""
        seeds = [(self.run.seed + place * _APART) % 2**32 for place in range(self.seeds)]
        return [
            Task(n_clusters, model, seed)
            for n_clusters in self.n_clusters
            for model in self.models or (None,)
            for seed in seeds
        ]

    @property
    def largest(self) -> RunSettings:
        """The run that takes the most memory."""
        return self.of(self.tasks[-1])

    def of(self, task: Task) -> RunSettings:
        """The run that makes the fit by itself."""
        own = self.run.method_settings | {"n_clusters": task.n_clusters}
        own |= {} if task.model is None else {"model": task.model}
        return replace(self.run, method_settings=own, seed=task.seed)

    def products(self, stem: str, parent: Parent | None = None) -> dict[str, Path]:
        """Path of each product beside those of the chosen run, by its ending; the journal is the last."""
        name = product_name(self.run, stem, parent)
        return {ending: self.run.output / f"{name}_{ending}" for ending in (*PRODUCTS, JOURNAL)}

    def claimed(self, stem: str, parent: Parent | None = None) -> dict[str, Path]:
        """Path of each product that must not be there before, by its ending: the journal may."""
        own = {ending: path for ending, path in self.products(stem, parent).items() if ending != JOURNAL}
        return product_files(self.largest, stem, parent) | own


def _choices(method: str, known: Iterable[str]) -> str:
    return f"choose among {', '.join(known)}" if known else f"{method} has no choice of models; leave it out"
