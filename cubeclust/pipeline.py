"""The whole road: read, preprocess, fit, write."""

import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from cubeclust import memory
from cubeclust.class_map import ClassMap
from cubeclust.class_spectra import ClassSpectra, class_means
from cubeclust.class_table import ClassRow, class_table
from cubeclust.clustering import Clustering
from cubeclust.errors import InputError
from cubeclust.evaluation.internal_scores import internal_scores
from cubeclust.io.atomic import append_line, output_directory, written_aside
from cubeclust.io.class_maps import Provenance, write_class_map
from cubeclust.io.cube_files import CubeFile, open_cube
from cubeclust.io.results import write_result
from cubeclust.methods.protocol import Clusterer
from cubeclust.prepare import Plan, Prepared, plan, prepare, reason_counts
from cubeclust.progress import Progress, Silent
from cubeclust.run_settings import RunSettings

RUN_LOG = "runs.jsonl"
TINY_CLASS = 5  # spaxels: a class with no more than this is pointed out
_PACKAGES = ("cubeclust", "numpy", "scipy", "astropy", "mpdaf", "torch", "scikit-learn", "matplotlib", "h5py")


@dataclass(frozen=True)
class Run:
    """A finished run: its map, its classes, the files by their ending and the line of runs.jsonl."""

    class_map: ClassMap
    rows: list[ClassRow]
    files: dict[str, Path]
    record: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What was found, before it is written."""

    plan: Plan
    prepared: Prepared
    clustering: Clustering
    class_map: ClassMap
    rows: list[ClassRow]
    spectra: ClassSpectra

    @classmethod
    def of(cls, plan: Plan, prepared: Prepared, clustering: Clustering) -> "Outcome":
        """Map and class products of a clustering in canonical order."""
        class_map = ClassMap.of(prepared.spectra, clustering)
        rows = class_table(class_map, prepared.spectra)
        spectra = ClassSpectra.of(prepared.spectra, clustering.labels, class_map.n_classes)
        return cls(plan, prepared, clustering, class_map, rows, spectra)


@dataclass
class Stopwatch:
    """Seconds of each stage."""

    seconds: dict[str, float] = field(default_factory=dict)
    last: float = field(default_factory=time.perf_counter)

    def __call__(self, stage: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + now - self.last, 3)
        self.last = now


def run(settings: RunSettings, progress: Progress | None = None) -> Run:
    """Cluster the spectra of a cube and write the products; nothing is written if anything fails.

    Raises:
        InputError: bad input or settings, no room in memory or on disk, products that exist.

    """
    progress = progress or Silent()
    started, timed = datetime.now(UTC), Stopwatch()
    clusterer = settings.clusterer()
    device = _device(settings, clusterer, progress)
    cube_file = open_cube(
        settings.cube,
        variance_hdu=settings.variance_hdu,
        variance_kind=settings.variance_kind,
        wavelength_unit=settings.wavelength_unit,
    )
    for note in cube_file.notes:
        progress.say(note)
    todo = plan(cube_file, settings, clusterer, progress)
    budget = memory.available() if settings.memory is None else settings.memory
    progress.say(f"memory: about {memory.readable(todo.need)} needed, {memory.readable(budget)} allowed")
    memory.require(todo.need, budget)
    files = _claim_outputs(settings, cube_file)
    timed("open")
    prepared = prepare(todo, progress, timed)
    _require_enough(clusterer, prepared)
    timed("preprocess")
    progress.say(f"{len(prepared.features)} spectra x {prepared.features.n_wave} channels to {settings.method}")
    clustering = clusterer.fit(prepared.features, seed=settings.seed, device=device, report=progress).canonical()
    timed("fit")
    outcome = Outcome.of(todo, prepared, clustering)
    record = _record(settings, started, device, outcome, files)
    record["scores"] = internal_scores(prepared.features, clustering.labels, settings.seed)
    timed("summarize")
    with (
        _said_plainly(f"{settings.output}: the products cannot be written", "make room or choose another --output"),
        written_aside(*files.values()) as aside,
    ):
        _write(dict(zip(files, aside, strict=True)), outcome, record)
    timed("write")
    record |= {"seconds": timed.seconds, "peak_memory": memory.peak()}
    with _said_plainly(f"{settings.output / RUN_LOG}: cannot be appended", "the products are written; mend that file"):
        append_line(settings.output / RUN_LOG, json.dumps(record))
    return Run(outcome.class_map, outcome.rows, files, record)


@contextmanager
def _said_plainly(fault: str, cure: str) -> Iterator[None]:
    """Turn an error of the operating system into one sentence."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{fault} ({error.strerror or error}); {cure}.") from error


def _device(settings: RunSettings, clusterer: Clusterer, progress: Progress) -> str:
    """Device that the fit will run on."""
    if not clusterer.uses_gpu and settings.device != "cuda":
        return "cpu"
    from cubeclust.learning.device import resolve_device

    device = resolve_device(settings.device)
    if not clusterer.uses_gpu:
        progress.say(f"{settings.method} runs on the CPU")
        return "cpu"
    return device


def _claim_outputs(settings: RunSettings, cube_file: CubeFile) -> dict[str, Path]:
    """Paths of the products in a directory that can be written; InputError where they cannot be."""
    output_directory(settings.output)
    files, log = settings.products(cube_file.stem), settings.output / RUN_LOG
    with _said_plainly(f"{settings.output}: the products cannot be named after the cube", "give it a shorter name"):
        existing = [path for path in files.values() if path.exists()]
        blocked = [path for path in [*existing, log] if path.is_dir()]
    if blocked:
        raise InputError(f"{blocked[0]}: is a directory; move it away or choose another --output.")
    if log.exists() and not os.access(log, os.W_OK):
        raise InputError(f"{log}: cannot be appended; mend its permissions or choose another --output.")
    if existing and not settings.overwrite:
        raise InputError(f"{existing[0]}: exists already; give --overwrite to replace it or another --output.")
    return files


def _require_enough(clusterer: Clusterer, prepared: Prepared) -> None:
    n = len(prepared.features)
    if n < 2:
        raise InputError("only one spectrum is left; loosen the masks or the crop.")
    if clusterer.n_clusters > n:
        raise InputError(f"--n-clusters {clusterer.n_clusters} exceeds the {n} spectra that are left; ask for fewer.")


def _record(
    settings: RunSettings, started: datetime, device: str, outcome: Outcome, files: dict[str, Path]
) -> dict[str, Any]:
    """The run as one JSON object."""
    cube_file, prepared, clustering = outcome.plan.cube_file, outcome.prepared, outcome.clustering
    class_map, counts = outcome.class_map, outcome.class_map.counts()
    objective = {name: float(values[-1]) for name, values in clustering.history.items()}
    resolved = {
        "scale": prepared.scaling.name,
        "normalize_band": None if outcome.plan.band is None else str(outcome.plan.band),
    }
    return {
        "started": started.strftime("%Y-%m-%dT%H:%M:%S"),
        "command": settings.command,
        "cube": str(settings.cube),
        "target": cube_file.target,
        "layout": cube_file.layout,
        "hdus": cube_file.hdus,
        "variance_kind": cube_file.variance_kind,
        "method": settings.method,
        "settings": settings.record() | resolved,
        "steps": list(prepared.log),
        "notes": list(cube_file.notes),
        "seed": settings.seed,
        "device": device,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
        "n_spectra": len(prepared.features),
        "n_channels": prepared.features.n_wave,
        "left_out": {bit.name: count for bit, count in reason_counts(class_map.quality).items()},
        "classes_asked": clustering.n_clusters,
        "classes_used": class_map.n_classes,
        "class_sizes": counts.tolist(),
        "tiny_classes": (np.flatnonzero(counts <= TINY_CLASS) + 1).tolist(),
        "converged": clustering.converged,
        "iterations": clustering.iterations,
        "objective": objective,
        "files": {ending: str(path) for ending, path in files.items()},
    }


def _write(aside: dict[str, Path], outcome: Outcome, record: dict[str, Any]) -> None:
    """Write the four products under the names given."""
    from cubeclust.plots.class_spectra import plot_class_spectra
    from cubeclust.plots.overlay import plot_overlay

    prepared, class_map, rows = outcome.prepared, outcome.class_map, outcome.rows
    title = f"{record['target'] or outcome.plan.cube_file.stem}: {record['method']}"
    write_class_map(aside["classmap.fits"], class_map, rows, outcome.spectra, provenance(record))
    plot_overlay(aside["overlay.png"], class_map, rows, prepared.white_light, title)
    plot_class_spectra(aside["spectra.png"], rows, outcome.spectra, title)
    fitted = {f"scaling/{name}": values for name, values in prepared.scaling.arrays.items()}
    fitted["class_means"] = class_means(prepared.features, outcome.clustering.labels, class_map.n_classes)
    write_result(aside["result.h5"], outcome.clustering, prepared.spectra, fitted, record)


def provenance(record: dict[str, Any]) -> Provenance:
    """What the class map's primary header says about the run."""
    software = f"cubeclust {record['versions']['cubeclust']}"
    cards: dict[str, tuple[str | int, str]] = {
        "CREATOR": (software, "software that made this file"),
        "DATE": (record["started"], "start of the run, UTC"),
        "OBJECT": (record["target"], "target of the cube"),
        "CUBE": (Path(record["cube"]).name, "file that was clustered"),
        "METHOD": (record["method"], "clustering method"),
        "NCLASS": (record["classes_used"], "classes on the map"),
        "SEED": (record["seed"], "seed of the random numbers"),
        "DEVICE": (record["device"], "device of the fit"),
    }
    history = [f"command: {record['command']}", f"version: {software}"]
    history += [f"{name} {number}" for name, number in record["versions"].items()]
    history += [f"setting {name} = {json.dumps(value)}" for name, value in record["settings"].items()]
    history += [f"step {line}" for line in record["steps"]]
    history += [f"note {line}" for line in record["notes"]]
    if record["converged"] is not None:
        count = f" after {record['iterations']} iterations" if record["iterations"] else ""
        history.append(f"{'converged' if record['converged'] else 'not converged'}{count}")
    return Provenance(cards, tuple(history))
