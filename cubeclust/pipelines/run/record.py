"""What is recorded of a run."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from cubeclust.evaluation.similar_classes import SimilarPair
from cubeclust.io.map_hdus import Provenance
from cubeclust.model_selection.record import SelectionRecord
from cubeclust.pipelines.provenance import provenance, timestamp, versions
from cubeclust.pipelines.run.outcome import Outcome
from cubeclust.pipelines.run.record_parts import ClassesRecord, CubeRecord, FitRecord, VelocitiesRecord
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.quality import counts
from cubeclust.spectroscopy.windows import Window


@dataclass(frozen=True)
class RunRecord:
    """A run as its line of runs.jsonl and its result file state it.

    started     start of the run, UTC
    command     as it was typed, "" from Python
    settings    all options, with scale and band as they were resolved
    steps       a sentence for each step of the preprocessing, with what it left
    notes       sentences on the cube and the fit that the user should know
    n_fitted    number of spectra, of the n_spectra that have a class, that entered the fit; 0 for a model applied
    left_out    number of spaxels without a class by reason
    averaged    wavelengths, Angstrom, whose mean divides the spectra
    files       products by their ending
    selection   of a run that a scan chose
    scores      internal scores of the classes
    seconds     of each stage, None before the products are written; peak_memory in bytes likewise
    """

    started: str
    command: str
    cube: CubeRecord
    method: str
    settings: dict[str, Any]
    steps: list[str]
    notes: list[str]
    seed: int
    device: str
    versions: dict[str, str]
    n_spectra: int
    n_fitted: int
    n_channels: int
    velocities: VelocitiesRecord | None
    left_out: dict[str, int]
    classes: ClassesRecord
    fit: FitRecord
    averaged: str
    files: dict[str, Path]
    selection: SelectionRecord | None
    scores: dict[str, float]
    seconds: dict[str, float] | None = None
    peak_memory: int | None = None

    @classmethod
    def of(
        cls,
        settings: RunSettings,
        started: datetime,
        outcome: Outcome,
        files: dict[str, Path],
        *,
        scores: dict[str, float],
        similar: list[SimilarPair],
        selection: SelectionRecord | None = None,
    ) -> "RunRecord":
        """The record of a run whose products are not written yet; similar pairs of its classes may be one class."""
        plan, prepared, clustering = outcome.plan, outcome.prepared, outcome.clustering
        redshifts, class_map = plan.area.redshifts, outcome.classification.class_map
        quality, classes = class_map.quality, class_map.classes
        return cls(
            started=timestamp(started),
            command=settings.command,
            cube=CubeRecord.of(settings.cube, plan.cube_file, plan.parent),
            method=settings.method,
            settings=settings.record() | resolved_settings(prepared.scaling.name, prepared.spectra.band),
            steps=list(prepared.log),
            notes=[*plan.cube_file.notes, *prepared.spectra.notes, *clustering.notes],
            seed=settings.seed,
            device=plan.device,
            versions=versions(),
            n_spectra=len(prepared.features),
            n_channels=prepared.features.n_wave,
            velocities=None if redshifts is None else VelocitiesRecord.of(redshifts),
            n_fitted=0 if plan.fitted else len(prepared.features.entering()),
            left_out={str(bit.name): count for bit, count in counts(np.where(classes > 0, 0, quality)).items()},
            classes=ClassesRecord.of(outcome.classification, clustering.n_clusters, similar),
            fit=FitRecord.of(clustering),
            averaged=outcome.classification.origin.averaged,
            files=files,
            selection=selection,
            scores=scores,
        )

    def as_json(self) -> dict[str, Any]:
        """The record as JSON can hold it, cube, classes and fit by their own keys; without what is not known yet."""
        values: dict[str, Any] = {}
        for name in (each.name for each in fields(self)):
            value = getattr(self, name)
            if name in _SPREAD:
                values |= asdict(value)
            elif value is not None or name not in _LATER:
                values[name] = value
        values["velocities"] = None if self.velocities is None else asdict(self.velocities)
        values["files"] = {ending: str(path) for ending, path in self.files.items()}
        if self.selection is not None:
            values["selection"] = self.selection.as_json()
        return values

    @property
    def origin(self) -> Provenance:
        """What the primary header of every product states."""
        return provenance(
            command=self.command,
            date=self.started,
            target=self.cube.target,
            cube=self.cube.cube,
            packages=self.versions,
        )

    @property
    def provenance(self) -> Provenance:
        """What the primary header of the class map states."""
        cards: dict[str, tuple[str | int, str]] = {
            "METHOD": (self.method, "clustering method"),
            "NCLASS": (self.classes.classes_used, "classes on the map"),
            "SEED": (self.seed, "seed of the random numbers"),
            "DEVICE": (self.device, "device of the fit"),
            "NORMBAND": (self.averaged, "channels averaged to normalize"),
        }
        if self.cube.parent is not None:
            cards["WITHIN"] = Path(self.cube.parent.map).name, "class map that was clustered within"
            cards["PARENT"] = self.cube.parent.name, "name of the class of that map"
        history = [f"setting {name} = {json.dumps(value)}" for name, value in self.settings.items()]
        history += [f"step {line}" for line in self.steps]
        history += [] if self.velocities is None else [self.velocities.summary]
        history += [f"note {line}" for line in self.notes]
        candidates = self.classes.candidates
        history += [f"note merge candidates: {candidates}"] if candidates else []
        history += [f"warning {line}" for line in self.fit.warnings]
        history += [self.fit.ending] if self.fit.stopped else []
        return self.origin.extended(cards, history)


_SPREAD = ("cube", "classes", "fit")  # fields whose own fields are keys of the JSON object
_LATER = ("selection", "seconds", "peak_memory")  # fields that have no key where they are None


def resolved_settings(scale: str, band: Window | None) -> dict[str, Any]:
    """Settings that the cube or the method decided where the user had left them open; band is that of the mean."""
    return {"scale": scale, "normalize_band": None if band is None else str(band)}
