"""A scan: preprocess once, fit every number of clusters and model, write the best as a run does."""

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.io.atomic import claim_files, os_errors_explained, written_aside
from cubeclust.io.journals import append_fit, mend_journal, read_journal
from cubeclust.io.scan_tables import write_scan_table
from cubeclust.model_selection.candidate import Candidate, candidates
from cubeclust.model_selection.choice import CRITERIA, Choice
from cubeclust.model_selection.record import SelectionRecord
from cubeclust.model_selection.trial import Trial
from cubeclust.pipelines.run.pipeline import Run, finish
from cubeclust.pipelines.run.plan import Plan, plan_run
from cubeclust.pipelines.run.preprocess import prepare, require_ready
from cubeclust.pipelines.run.products import claim_outputs
from cubeclust.pipelines.run.redshift_sources import MeasuredRedshifts
from cubeclust.pipelines.select.jobs import resolve_jobs
from cubeclust.pipelines.select.settings import JOURNAL, PRODUCTS, ScanSettings, Task
from cubeclust.pipelines.select.trials import Trials
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.runtime.stopwatch import Stopwatch


@dataclass(frozen=True)
class Scan:
    """A finished scan: its table, the choice, what is recorded of it, and the run that wrote the chosen fit."""

    table: list[Candidate]
    choice: Choice
    record: SelectionRecord
    run: Run


def select(settings: ScanSettings, progress: Progress | None = None) -> Scan:
    """Fit every number of clusters and model, choose by the criterion, and write table, figure and the chosen map.

    Fits that the journal holds are not done again.

    Raises:
        InputError: bad input or settings, too little memory or disk space, products that exist, no fit that succeeds.
    """
    progress = progress or Silent()
    started, timed = datetime.now(UTC), Stopwatch()
    shared = settings.largest
    measured = MeasuredRedshifts(shared.measurement, settings.claimed, shared.overwrite, progress, timed)
    plan = plan_run(shared, progress, measured)
    jobs = resolve_jobs(settings, plan)
    files = claim_outputs(shared, plan, progress)
    own = _claim(settings, plan)
    timed("open")
    prepared = prepare(plan, progress, timed)
    require_ready(plan, prepared)
    timed("preprocess")
    features = prepared.features.entering()
    shape = features.flux.shape
    progress.say(f"{shape[0]} spectra x {shape[1]} channels to {settings.run.method}")
    trials = Trials.of(settings, features, plan.device, plan.cache_bytes(*shape) // jobs)
    timed("decompose")
    table = candidates(_tried(trials, own[JOURNAL], jobs, progress))
    timed("scan")
    choice = Choice.of(table, str(settings.criterion))
    _write(own, table, choice, plan.cube_file.target or plan.cube_file.stem)
    task, clustering = _chosen(trials, choice, progress)
    timed("fit")
    record = _record(table, choice, trials, jobs, own)
    run = finish(
        settings.of(task), plan, prepared, clustering, files=files, started=started, timed=timed, selection=record
    )
    return Scan(table, choice, record, run)


def _claim(settings: ScanSettings, plan: Plan) -> dict[str, Path]:
    """Paths of the scan's own products; the journal may exist."""
    own = settings.products(plan.cube_file.stem, plan.parent)
    claim_files(settings.run.output, [own[ending] for ending in PRODUCTS], overwrite=settings.run.overwrite)
    mend_journal(own[JOURNAL])
    return own


def _tried(trials: Trials, journal: Path, jobs: int, progress: Progress) -> list[Trial]:
    """All fits, those in the journal as they are there."""
    known, keys = read_journal(journal), {task: trials.key(task) for task in trials.settings.tasks}
    missing = [task for task, key in keys.items() if key not in known]
    progress.say(f"{len(keys)} fits, of which {len(keys) - len(missing)} are done; {jobs} at a time")
    leader = _Leader(str(trials.settings.criterion))
    for key in keys.values():
        if key in known:
            leader.take(known[key])
    with closing(trials.each(trials.attempt, missing, jobs)) as attempts:
        for count, fit in enumerate(attempts, len(keys) - len(missing) + 1):
            append_fit(journal, fit)
            known[fit.key] = fit
            leader.take(fit)
            if fit.error:
                progress.say(f"{Task(fit.n_clusters, fit.model, fit.seed).name} failed: {fit.error}")
            progress.advance("scan", count, len(keys), **leader.values)
    return [known[key] for key in keys.values()]


class _Leader:
    """The best candidate so far."""

    def __init__(self, criterion: str) -> None:
        self.criterion = criterion
        self.fits: dict[tuple[int, str | None], tuple[Trial, ...]] = {}
        self.values: dict[str, float] = {}

    def take(self, fit: Trial) -> None:
        """Rank the candidate of a fit anew."""
        candidate = (fit.n_clusters, fit.model)
        self.fits[candidate] = (*self.fits.get(candidate, ()), fit)
        value = CRITERIA[self.criterion].of(Candidate(*candidate, self.fits[candidate]))
        if value is not None and value > self.values.get(self.criterion, -np.inf):
            self.values = {self.criterion: value, "n_clusters": fit.n_clusters}


def _write(own: dict[str, Path], table: list[Candidate], choice: Choice, target: str) -> None:
    """Write table and figure."""
    from cubeclust.plots.scan import plot_scan

    with (
        os_errors_explained(
            f"{own[JOURNAL].parent}: the table cannot be written", "free disk space or choose another --output"
        ),
        written_aside(*(own[ending] for ending in PRODUCTS)) as (csv, png),
    ):
        write_scan_table(csv, table, choice)
        plot_scan(png, table, choice, target)


def _chosen(trials: Trials, choice: Choice, progress: Progress) -> tuple[Task, Clustering]:
    """The chosen fit, done again, as only its labels on the subsample were kept."""
    fit = choice.candidate.best
    assert fit is not None  # it has a value
    task = Task(fit.n_clusters, fit.model, fit.seed)
    progress.say(f"{choice}; fitted again, which took {fit.seconds:.1f} s")
    with closing(trials.each(trials.fit, [task], 1)) as again:
        clustering = next(again)
    for warning in clustering.warnings:
        progress.say(warning)
    notes = [str(choice), *choice.warnings]
    other = float(np.mean(clustering.labels[trials.subsample.rows] != fit.sample_labels))
    if other:
        notes.append(
            f"{other:.1%} of the subsample have another class than in the scan: the fit is not reproducible here"
        )
        progress.say(notes[-1])
    return task, replace(clustering, notes=(*clustering.notes, *notes))


def _record(table: list[Candidate], choice: Choice, trials: Trials, jobs: int, own: dict[str, Path]) -> SelectionRecord:
    """What the record of the run states about the scan."""
    settings, best = trials.settings, choice.candidate.best
    return SelectionRecord(
        criterion=choice.criterion,
        value=choice.value,
        stability=choice.candidate.stability,
        silhouette=None if best is None else best.silhouette,
        subsample=len(trials.subsample.rows),
        warnings=tuple(choice.warnings),
        n_clusters=settings.n_clusters,
        models=settings.models,
        seeds=settings.seeds,
        jobs=jobs,
        entries=len(table),
        failed=sum(not candidate.done for candidate in table),
        files=own,
    )
