"""Forecast of a scan."""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from cubeclust.pipelines.run.forecast import Forecast, forecast
from cubeclust.pipelines.run.plan import plan_run
from cubeclust.pipelines.select.jobs import resolve_jobs
from cubeclust.pipelines.select.settings import ScanSettings
from cubeclust.runtime.processes import in_processes
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.runtime.threads import one_thread


@dataclass(frozen=True)
class ScanForecast:
    """What a scan would take.

    largest  forecast of the largest fit, on one thread as in the scan, with settings and products of the scan
    n_fits   those that a journal holds included
    jobs     fits at a time
    seconds  of all fits at most; None where nothing bounds one
    """

    largest: Forecast
    n_fits: int
    jobs: int
    seconds: float | None

    def as_json(self) -> dict[str, Any]:
        """The forecast as JSON can hold it."""
        seconds = self.largest.seconds | {"scan": self.seconds}
        return self.largest.as_json() | {"seconds": seconds, "fits_of_scan": self.n_fits}


def forecast_scan(settings: ScanSettings, progress: Progress | None = None) -> ScanForecast:
    """Forecast of the largest fit, and of the time of all fits.

    Raises:
        InputError: as for a scan, but for products that exist.
    """
    plan = plan_run(settings.largest, progress or Silent())
    jobs = resolve_jobs(settings, plan)
    if plan.device == "cuda":
        largest = forecast(settings.largest)
    else:
        (largest,) = in_processes(forecast, [settings.largest], 1, begin=one_thread)
    own = settings.products(plan.cube_file.stem, plan.parent)
    largest = replace(
        largest,
        settings=largest.settings | _asked(settings, jobs),
        files=largest.files | own,
        existing=largest.existing + tuple(path for path in own.values() if path.exists()),
    )
    return ScanForecast(largest, n_fits=len(settings.tasks), jobs=jobs, seconds=_seconds(settings, largest, jobs))


def _asked(settings: ScanSettings, jobs: int) -> dict[str, Any]:
    """Settings of the scan that take the place of those of its largest fit."""
    asked: dict[str, Any] = {
        "n_clusters": list(settings.n_clusters),
        "criterion": settings.criterion,
        "seed": settings.run.seed,
        "seeds": settings.seeds,
        "jobs": jobs,
    }
    return asked | ({"model": list(settings.models)} if settings.models else {})


def _seconds(settings: ScanSettings, largest: Forecast, jobs: int) -> float | None:
    """Seconds of all fits at most, by the methods' own count of work; None if nothing bounds them."""
    if largest.fit is None or largest.fit.most is None:
        return None
    efforts = [
        settings.of(task).fit.clusterer().effort(largest.n_spectra, largest.n_channels) for task in settings.tasks
    ]
    share = sum(efforts) / efforts[-1] if isfinite(efforts[-1]) else len(efforts)
    return largest.fit.most * max(share / jobs, 1)
