"""The whole road: read, preprocess, fit, write."""

import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from cubeclust.class_map import ClassMap
from cubeclust.classes.table import ClassRow
from cubeclust.clustering import Clustering
from cubeclust.errors import InputError
from cubeclust.evaluation.internal_scores import internal_scores
from cubeclust.io.atomic import append_line, claim_files, said_plainly, written_aside
from cubeclust.io.exports import EXPORTS, write_exports
from cubeclust.io.maps.write import WhiteLight, write_class_map
from cubeclust.io.results import write_result
from cubeclust.io.velocities.fields import write_velocity_field
from cubeclust.pipelines.run.fitted_model import FittedModel
from cubeclust.pipelines.run.parts import FitSettings
from cubeclust.pipelines.run.plan import Plan, plan_run
from cubeclust.pipelines.run.preprocess import Prepared, prepare, require_ready
from cubeclust.pipelines.run.record import Outcome, ending, origin, provenance, run_record, target, title
from cubeclust.pipelines.run.redshift_sources import MeasuredRedshifts
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.runtime import memory
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.runtime.stopwatch import Stopwatch
from cubeclust.spectra import Spectra

RUN_LOG = "runs.jsonl"


@dataclass(frozen=True)
class Run:
    """A finished run: its map, its classes, the files by their ending and the line of runs.jsonl."""

    class_map: ClassMap
    rows: list[ClassRow]
    files: dict[str, Path]
    record: dict[str, Any]


def run(settings: RunSettings, progress: Progress | None = None) -> Run:
    """Cluster the spectra of a cube, or label them by a fitted model, and write the products; all or nothing.

    Raises:
        InputError: bad input or settings, no room in memory or on disk, products that exist.
    """
    progress = progress or Silent()
    started, timed = datetime.now(UTC), Stopwatch()
    measured = MeasuredRedshifts(settings.measurement, settings.products, settings.overwrite, progress, timed)
    plan = plan_run(settings, progress, measured)
    memory.require(plan.need, plan.budget)
    files = claim_outputs(settings, plan, progress)
    timed("open")
    prepared = prepare(plan, progress, timed)
    require_ready(plan, prepared)
    timed("preprocess")
    if plan.fitted is None:
        clustering = _fit(settings.fit, plan, prepared.features, progress)
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
    more: dict[str, Any] | None = None,
) -> Run:
    """Write the products of a clustering in canonical order and the line of the run, which takes up `more`, too."""
    outcome = Outcome.of(plan, prepared, clustering)
    record = run_record(settings, started, outcome, files) | (more or {})
    record["scores"] = internal_scores(prepared.features, clustering.labels, settings.seed)
    timed("summarize")
    with (
        said_plainly(f"{settings.output}: the products cannot be written", "make room or choose another --output"),
        written_aside(*files.values()) as aside,
    ):
        _write(dict(zip(files, aside, strict=True)), outcome, record)
    timed("write")
    record |= {"seconds": timed.seconds, "peak_memory": memory.peak()}
    with said_plainly(f"{settings.output / RUN_LOG}: cannot be appended", "the products are written; mend that file"):
        append_line(settings.output / RUN_LOG, json.dumps(record))
    return Run(outcome.class_map, outcome.rows, files, record)


def _fit(fit: FitSettings, plan: Plan, features: Spectra, progress: Progress) -> Clustering:
    """Fit the method within the memory budget."""
    progress.say(f"{len(features)} spectra x {features.n_wave} channels to {fit.method}")
    cache_bytes = plan.cache_bytes(*features.flux.shape)
    return plan.clusterer.fit(
        features, seed=fit.seed, device=plan.device, cache_bytes=cache_bytes, progress=progress
    ).canonical()


def _label(fitted: FittedModel, features: Spectra, device: str, progress: Progress) -> Clustering:
    """Classes of the fitted model."""
    progress.say(f"{len(features)} spectra x {features.n_wave} channels to the model of {fitted.path}")
    return fitted.label(features, device, progress)


def claim_outputs(settings: RunSettings, plan: Plan, progress: Progress) -> dict[str, Path]:
    """Paths of the products in a directory that can be written; InputError where they cannot be."""
    files, log = settings.products(plan.cube_file.stem, plan.parent), settings.output / RUN_LOG
    claim_files(settings.output, files.values(), overwrite=settings.overwrite)
    if log.is_dir():
        raise InputError(f"{log}: is a directory; move it away or choose another --output.")
    if log.exists() and not os.access(log, os.W_OK):
        raise InputError(f"{log}: cannot be appended; mend its permissions or choose another --output.")
    everything = replace(settings, export=tuple(EXPORTS)).products(plan.cube_file.stem, plan.parent)
    stale = [path.name for ending, path in everything.items() if ending not in files and path.exists()]
    if stale:
        progress.say(f"of an older run, and not of this one: {', '.join(stale)}")
    return files


def _write(aside: dict[str, Path], outcome: Outcome, record: dict[str, Any]) -> None:
    """Write the products under the names given."""
    from cubeclust.plots.class_spectra import plot_class_spectra
    from cubeclust.plots.convergence import plot_convergence
    from cubeclust.plots.loadings import plot_loadings
    from cubeclust.plots.overlay import plot_overlay

    prepared, class_map, rows = outcome.prepared, outcome.class_map, outcome.rows
    heading = title(record)
    light = WhiteLight(prepared.white_light, prepared.flux_unit)
    write_class_map(aside["classmap.fits"], class_map, rows, outcome.spectra, provenance(record), white_light=light)
    plot_overlay(aside["overlay.png"], class_map, rows, prepared.white_light, heading)
    plot_class_spectra(aside["spectra.png"], rows, outcome.spectra, heading)
    if "convergence.png" in aside:
        plot_convergence(aside["convergence.png"], outcome.clustering, heading, ending(record))
    if "loadings.png" in aside:
        plot_loadings(aside["loadings.png"], outcome.clustering, rows, prepared.features, heading)
    write_exports(
        record["settings"]["export"],
        aside,
        class_map=class_map,
        rows=rows,
        spectra=prepared.spectra,
        white_light=prepared.white_light,
    )
    if "velocity.fits" in aside:
        _write_velocities(aside["velocity.fits"], aside["velocity.png"], outcome, record)
    grid = outcome.plan.channels.grid
    fitted = {f"scaling/{name}": values for name, values in prepared.scaling.arrays.items()}
    fitted["class_means"] = outcome.class_means
    fitted["grid"] = np.stack([grid.wavelength, grid.low, grid.high])
    write_result(aside["result.h5"], outcome.clustering, prepared.spectra, fitted, record)


def _write_velocities(table: Path, figure: Path, outcome: Outcome, record: dict[str, Any]) -> None:
    """Write the velocities that were measured for the run."""
    from cubeclust.plots.velocity import plot_velocity

    velocities = outcome.plan.area.redshifts
    assert velocities is not None  # of --redshift auto
    assert velocities.field is not None
    write_velocity_field(table, velocities.field, origin(record))
    plot_velocity(figure, velocities.field, outcome.prepared.white_light, f"{target(record)}: velocities")
