"""Forecast of a run: its settings, the spectra that enter, memory by stage, time and products."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cubeclust.errors import InputError
from cubeclust.pipelines.run.fit_time import FitTime
from cubeclust.pipelines.run.plan import Plan, plan_run
from cubeclust.pipelines.run.preprocess import prepare, require_ready
from cubeclust.pipelines.run.products import product_files
from cubeclust.pipelines.run.record import resolved_settings
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.quality import counts
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.runtime.stopwatch import Stopwatch


@dataclass(frozen=True)
class Preprocessed:
    """What reading and preprocessing gave.

    wavelength  of the first and the last channel, Angstrom
    left_out    spaxels by the name of each Quality bit
    steps       a sentence for each step
    seconds     by stage
    fit         time of the fit; None where a fitted model labels the spectra
    """

    wavelength: tuple[float, float]
    left_out: dict[str, int]
    steps: tuple[str, ...]
    seconds: dict[str, float]
    fit: FitTime | None

    def as_json(self) -> dict[str, Any]:
        """Everything but the times, as JSON can hold it."""
        return {"wavelength": list(self.wavelength), "left_out": self.left_out, "steps": list(self.steps)}


@dataclass(frozen=True)
class Forecast:
    """What a run would take.

    settings        as in the record of the run
    memory          bytes by stage
    budget          bytes allowed
    files           products by their ending
    existing        products that exist
    spaxels         of the area that is read
    n_spectra       that enter the method; at most, where `preprocessed` is None or velocities are measured first
    measured_first  whether velocities are measured before, which is not part of the forecast
    preprocessed    None where the memory does not suffice to read the spectra
    """

    settings: dict[str, Any]
    device: str
    memory: dict[str, int]
    budget: int
    files: dict[str, Path]
    existing: tuple[Path, ...]
    spaxels: int
    n_spectra: int
    n_channels: int
    measured_first: bool
    preprocessed: Preprocessed | None = None

    @property
    def need(self) -> int:
        """Bytes of memory at the peak."""
        return max(self.memory.values())

    @property
    def fits(self) -> bool:
        """Whether the memory allowed suffices."""
        return self.need <= self.budget

    @property
    def fit(self) -> FitTime | None:
        """Time of the fit; None where it is unknown or there is no fit."""
        return None if self.preprocessed is None else self.preprocessed.fit

    @property
    def seconds(self) -> dict[str, float | None]:
        """Time of each stage, that of the fit at most; None where nothing bounds it."""
        stages: dict[str, float | None] = {**self.preprocessed.seconds} if self.preprocessed else {}
        if self.fit is not None:
            stages["fit"] = self.fit.most
            stages |= {} if self.fit.iteration is None else {"iteration": self.fit.iteration}
        return stages

    def as_json(self) -> dict[str, Any]:
        """The forecast as JSON can hold it."""
        return {
            "settings": self.settings,
            "device": self.device,
            "memory": self.memory,
            "need": self.need,
            "budget": self.budget,
            "fits": self.fits,
            "files": {ending: str(path) for ending, path in self.files.items()},
            "exist": [str(path) for path in self.existing],
            "spaxels": self.spaxels,
            "n_spectra": self.n_spectra,
            "n_channels": self.n_channels,
            "measured_first": self.measured_first,
            "seconds": self.seconds,
            **(self.preprocessed.as_json() if self.preprocessed else {}),
        }


def forecast(settings: RunSettings, progress: Progress | None = None) -> Forecast:
    """Carry out all of a run but the fit and the writing, and return what these would take.

    Spectra are read and preprocessed where the budget allows; else their number is that of the spaxels asked for, and
    no time is known.

    Raises:
        InputError: as for a run, but for the memory and products that exist.
    """
    progress = progress or Silent()
    plan = plan_run(settings, progress)
    if settings.output.exists() and not settings.output.is_dir():
        raise InputError(f"{settings.output}: is no directory; choose another --output.")
    files = product_files(settings, plan.cube_file.stem, plan.parent)
    unread = Forecast(
        settings=settings.record() | resolved_settings(plan.scale or plan.clusterer.default_scale, plan.channels.band),
        device=plan.device,
        memory=plan.memory,
        budget=plan.budget,
        files=files,
        existing=tuple(path for path in files.values() if path.exists()),
        spaxels=plan.area.size,
        n_spectra=int(np.count_nonzero(plan.area.entering)),
        n_channels=plan.channels.n_features,
        measured_first=settings.redshift == "auto",
    )
    return _read(unread, plan, settings.seed, progress) if unread.fits else unread


def _read(unread: Forecast, plan: Plan, seed: int, progress: Progress) -> Forecast:
    """The forecast completed by reading and preprocessing the spectra."""
    timed = Stopwatch()
    prepared = prepare(plan, progress, timed)
    timed("preprocess")
    require_ready(plan, prepared)
    features = prepared.features
    n, n_wave = features.flux.shape
    fit = None
    if plan.fitted is None:
        cache_bytes = plan.cache_bytes(n, n_wave)
        fit = FitTime.measured(
            plan.clusterer, features.entering(), seed=seed, device=plan.device, cache_bytes=cache_bytes
        )
    preprocessed = Preprocessed(
        wavelength=(float(features.wavelength[0]), float(features.wavelength[-1])),
        left_out={str(bit.name): count for bit, count in counts(prepared.spectra.quality).items()},
        steps=prepared.log,
        seconds=timed.seconds,
        fit=fit,
    )
    own = unread.settings | resolved_settings(prepared.scaling.name, prepared.spectra.band)
    return replace(unread, settings=own, n_spectra=n, n_channels=n_wave, preprocessed=preprocessed)
