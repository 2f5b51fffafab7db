"""What a run found, and what is recorded of it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from cubeclust.class_map import ClassMap
from cubeclust.classes.spectra import ClassSpectra
from cubeclust.classes.table import ClassRow, class_table
from cubeclust.clustering import Clustering
from cubeclust.io import fits_files
from cubeclust.io.map_hdus import Provenance
from cubeclust.pipelines.provenance import versions
from cubeclust.pipelines.run.plan import Plan
from cubeclust.pipelines.run.preprocess import Prepared
from cubeclust.pipelines.run.redshifts import Redshifts
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.quality import counts as quality_counts
from cubeclust.statistics.means import class_means

TINY_CLASS = 5  # spaxels: a class with no more than this is pointed out


@dataclass(frozen=True)
class Outcome:
    """What was found, before it is written."""

    plan: Plan
    prepared: Prepared
    clustering: Clustering
    class_map: ClassMap
    rows: list[ClassRow]
    spectra: ClassSpectra
    class_means: np.ndarray

    @classmethod
    def of(cls, plan: Plan, prepared: Prepared, clustering: Clustering) -> "Outcome":
        """Map and class products of a clustering in canonical order, or under the classes of a fitted model."""
        fitted, n_classes = plan.fitted, int(clustering.labels.max()) + 1
        if fitted is not None:
            n_classes = max(n_classes, len(fitted.class_means))
        class_map = ClassMap.of(prepared.spectra, clustering, n_classes, plan.area.motion)
        rows = class_table(class_map, prepared.spectra.image(prepared.spectra.snr, np.nan), plan.parent)
        spectra = ClassSpectra.of(prepared.spectra, clustering.labels, n_classes)
        means = class_means(prepared.features, clustering.labels, n_classes)
        if fitted is not None:
            means[: len(fitted.class_means)] = fitted.class_means
        return cls(plan, prepared, clustering, class_map, rows, spectra, means)


def run_record(settings: RunSettings, started: datetime, outcome: Outcome, files: dict[str, Path]) -> dict[str, Any]:
    """The run as one JSON object."""
    velocities = outcome.plan.area.redshifts
    cube_file, prepared, clustering = outcome.plan.cube_file, outcome.prepared, outcome.clustering
    class_map, counts = outcome.class_map, outcome.class_map.counts()
    ends = {name: float(values[-1]) for name, values in clustering.history.items()}
    objective = next(iter(ends), None)
    return {
        "started": started.strftime("%Y-%m-%dT%H:%M:%S"),
        "command": settings.command,
        "cube": str(settings.cube),
        "target": cube_file.target,
        "parent": None if outcome.plan.parent is None else asdict(outcome.plan.parent),
        "layout": cube_file.layout,
        "hdus": cube_file.hdus,
        "variance_kind": cube_file.variance_kind,
        "method": settings.method,
        "settings": settings.record() | resolved_settings(outcome.plan),
        "steps": list(prepared.log),
        "notes": [*cube_file.notes, *clustering.notes],
        "seed": settings.seed,
        "device": outcome.plan.device,
        "versions": versions(),
        "n_spectra": len(prepared.features),
        "n_channels": prepared.features.n_wave,
        "velocities": None if velocities is None else _velocities(velocities),
        "left_out": {bit.name: count for bit, count in quality_counts(class_map.quality).items()},
        "classes_asked": clustering.n_clusters,
        "classes_used": int(np.count_nonzero(counts)),
        "class_sizes": counts.tolist(),
        "class_names": [row.name for row in outcome.rows],
        "tiny_classes": (np.flatnonzero((counts > 0) & (counts <= TINY_CLASS)) + 1).tolist(),
        "converged": clustering.converged,
        "stopped": clustering.stopped,
        "iterations": clustering.iterations,
        "objective": {name: value for name, value in ends.items() if name == objective},
        "watched": {name: value for name, value in ends.items() if name != objective},
        "criteria": None if clustering.criteria is None else asdict(clustering.criteria),
        "averaged": outcome.plan.channels.averaged,
        "files": {ending: str(path) for ending, path in files.items()},
    }


def _velocities(velocities: Redshifts) -> dict[str, Any]:
    """Where the velocities come from and what they leave out."""
    return {
        "source": velocities.name,
        "systemic": velocities.motion.systemic,
        "spaxels": int(np.count_nonzero(velocities.asked)),
        "entering": int(np.count_nonzero(velocities.entering)),
        "dropped": velocities.dropped,
        "summary": velocities.summary,
    }


def resolved_settings(plan: Plan) -> dict[str, Any]:
    """Settings that the cube or the method decided where the user had left them open."""
    band = plan.channels.band
    return {"scale": plan.scale, "normalize_band": None if band is None else str(band)}


def title(record: dict[str, Any]) -> str:
    """Target and method, as headings have them."""
    within = f" within {record['parent']['name']}" if record["parent"] else ""
    return f"{target(record)}: {record['method']}{within}"


def target(record: dict[str, Any]) -> str:
    """What was observed, or the cube's name."""
    return str(record["target"] or fits_files.stem(Path(record["cube"])))


def ending(record: dict[str, Any]) -> str:
    """How the iterations of a run ended."""
    state = "converged" if record["converged"] else "not converged"
    why = ", stopped by --max-minutes" if record["stopped"] == "time" else ""
    return f"{state} after {record['iterations']} iterations{why}"


def origin(record: dict[str, Any]) -> Provenance:
    """What the primary header of every product says about the run."""
    software = f"cubeclust {record['versions']['cubeclust']}"
    cards: dict[str, tuple[str | int, str]] = {
        "CREATOR": (software, "software that made this file"),
        "DATE": (record["started"], "start of the run, UTC"),
        "OBJECT": (record["target"], "target of the cube"),
        "CUBE": (Path(record["cube"]).name, "file that was clustered"),
    }
    history = [f"command: {record['command']}", f"version: {software}"]
    history += [f"{name} {number}" for name, number in record["versions"].items()]
    return Provenance(cards, tuple(history))


def provenance(record: dict[str, Any]) -> Provenance:
    """What the class map's primary header says about the run."""
    of_all = origin(record)
    cards = of_all.cards | {
        "METHOD": (record["method"], "clustering method"),
        "NCLASS": (record["classes_used"], "classes on the map"),
        "SEED": (record["seed"], "seed of the random numbers"),
        "DEVICE": (record["device"], "device of the fit"),
        "NORMBAND": (record["averaged"], "channels averaged to normalize"),
    }
    if record["parent"]:
        cards["WITHIN"] = Path(record["parent"]["map"]).name, "class map that was clustered within"
        cards["PARENT"] = record["parent"]["name"], "name of the class of that map"
    history = [*of_all.history]
    history += [f"setting {name} = {json.dumps(value)}" for name, value in record["settings"].items()]
    history += [f"step {line}" for line in record["steps"]]
    history += [record["velocities"]["summary"]] if record["velocities"] else []
    history += [f"note {line}" for line in record["notes"]]
    history += [ending(record)] if record["stopped"] else []
    return Provenance(cards, tuple(history))
