"""A run from cube to products: read, preprocess, fit, write."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cubeclust.class_map import ClassMap
from cubeclust.classes.classification import Classification
from cubeclust.classes.table import ClassRow
from cubeclust.clustering import Clustering
from cubeclust.evaluation.internal_scores import internal_scores
from cubeclust.evaluation.similar_classes import similar_pairs
from cubeclust.io.atomic import append_line, os_errors_explained, written_aside
from cubeclust.methods.rest import labeled_rest
from cubeclust.model_selection.record import SelectionRecord
from cubeclust.pipelines.run.fitted_model import FittedModel
from cubeclust.pipelines.run.outcome import Outcome
from cubeclust.pipelines.run.parts import FitSettings
from cubeclust.pipelines.run.plan import Plan, plan_run
from cubeclust.pipelines.run.preprocess import Prepared, prepare, require_ready
from cubeclust.pipelines.run.products import RUN_LOG, claim_outputs, product_files, write_products
from cubeclust.pipelines.run.record import RunRecord
from cubeclust.pipelines.run.redshift_sources import MeasuredRedshifts
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.runtime import memory
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.runtime.stopwatch import Stopwatch
from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class Run:
    """A finished run: its map with its classes, the files by their ending, and what is recorded of it."""

    classification: Classification
    files: dict[str, Path]
    record: RunRecord

    @property
    def class_map(self) -> ClassMap:
        """Class of each spaxel."""
        return self.classification.class_map

    @property
    def rows(self) -> list[ClassRow]:
        """Numbers on each class."""
        return self.classification.rows


def run(settings: RunSettings, progress: Progress | None = None) -> Run:
    """Cluster the spectra of a cube, or label them by a fitted model, and write the products; all or nothing.

    Raises:
        InputError: bad input or settings, too little memory or disk space, products that exist.
    """
    progress = progress or Silent()
    started, timed = datetime.now(UTC), Stopwatch()
    measured = MeasuredRedshifts(
        settings.measurement, partial(product_files, settings), settings.overwrite, progress, timed
    )
    plan = plan_run(settings, progress, measured)
    memory.require(plan.need, plan.budget)
    files = claim_outputs(settings, plan, progress)
    timed("open")
    prepared = prepare(plan, progress, timed)
    require_ready(plan, prepared)
    timed("preprocess")
    if plan.fitted is None:
        clustering = _fit(settings.fit, plan, prepared.features.entering(), progress)
    else:
        clustering = _label(plan.fitted, prepared.features, plan.device, progress)
    timed("fit")
    return finish(settings, plan, prepared, clustering, files=files, started=started, timed=timed)


def finish(
    settings: RunSettings,
    plan: Plan,
    prepared: Prepared,
    clustering: Clustering,
    *,
    files: dict[str, Path],
    started: datetime,
    timed: Stopwatch,
    selection: SelectionRecord | None = None,
) -> Run:
    """Write the products of a clustering and the line of the run, which states a selection, too.

    Spectra that did not enter a fit get the class that its model gives them.
    """
    if plan.fitted is None:
        clustering = labeled_rest(settings.fit.clusterer(), clustering, prepared.features, plan.device).canonical()
    outcome = Outcome.of(plan, prepared, clustering, settings.method)
    entering = prepared.spectra.entering()
    labels = clustering.labels[: len(entering)]
    scores = internal_scores(prepared.features.entering(), labels, settings.seed)
    similar = [] if plan.fitted else similar_pairs(entering, labels, outcome.classification.spectra, settings.seed)
    record = RunRecord.of(settings, started, outcome, files, scores=scores, similar=similar, selection=selection)
    timed("summarize")
    with (
        os_errors_explained(
            f"{settings.output}: the products cannot be written", "free disk space or choose another --output"
        ),
        written_aside(*files.values()) as aside,
    ):
        write_products(dict(zip(files, aside, strict=True)), outcome, record)
    timed("write")
    record = replace(record, seconds=timed.seconds, peak_memory=memory.peak())
    with os_errors_explained(
        f"{settings.output / RUN_LOG}: cannot be appended", "the products are written; mend that file"
    ):
        append_line(settings.output / RUN_LOG, json.dumps(record.as_json()))
    return Run(outcome.classification, files, record)


def _fit(fit: FitSettings, plan: Plan, features: Spectra, progress: Progress) -> Clustering:
    """Fit the method within the memory budget."""
    progress.say(f"{len(features)} spectra x {features.n_wave} channels to {fit.method}")
    cache_bytes = plan.cache_bytes(*features.flux.shape)
    return plan.clusterer.fit(features, seed=fit.seed, device=plan.device, cache_bytes=cache_bytes, progress=progress)


def _label(fitted: FittedModel, features: Spectra, device: str, progress: Progress) -> Clustering:
    """Classes of the fitted model."""
    progress.say(f"{len(features)} spectra x {features.n_wave} channels to the model of {fitted.path}")
    for warning in fitted.warnings:
        progress.say(f"the fit of the model: {warning}")
    return fitted.label(features, device, progress)
