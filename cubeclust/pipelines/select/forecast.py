"""What a scan would take."""

from math import isfinite
from typing import Any

from cubeclust.pipelines.run.forecast import forecast
from cubeclust.pipelines.run.opening import open_run
from cubeclust.pipelines.select.jobs import resolve_jobs
from cubeclust.pipelines.select.settings import ScanSettings
from cubeclust.runtime.processes import in_processes
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.runtime.threads import one_thread


def forecast_scan(settings: ScanSettings, progress: Progress | None = None) -> dict[str, Any]:
    """Forecast of the largest fit, on one thread as in the scan, and the time at most of all fits.

    Fits that a journal holds are counted, too.

    Raises:
        InputError: as for a scan, but for products that exist.
    """
    opening = open_run(settings.largest, progress or Silent())
    jobs = resolve_jobs(settings, opening)
    if opening.device == "cuda":
        facts = forecast(settings.largest)
    else:
        (facts,) = in_processes(forecast, [settings.largest], 1, begin=one_thread)
    own = settings.products(opening.cube_file.stem, opening.plan.parent)
    asked: dict[str, Any] = {
        "n_clusters": list(settings.n_clusters),
        "criterion": settings.criterion,
        "seed": settings.run.seed,
        "seeds": settings.seeds,
        "jobs": jobs,
    }
    asked |= {"model": list(settings.models)} if settings.models else {}
    return facts | {
        "settings": facts["settings"] | asked,
        "files": facts["files"] | {ending: str(path) for ending, path in own.items()},
        "exist": facts["exist"] + [str(path) for path in own.values() if path.exists()],
        "fits_of_scan": len(settings.tasks),
        "seconds": facts["seconds"] | {"scan": _seconds(settings, facts, jobs)},
    }


def _seconds(settings: ScanSettings, facts: dict[str, Any], jobs: int) -> float | None:
    """Seconds of all fits at most, by the methods' own count of work; None if nothing bounds them."""
    largest = facts["seconds"]["fit"]
    if largest is None:
        return None
    shape = facts["n_spectra"], facts["n_channels"]
    efforts = [settings.of(task).clusterer().effort(*shape) for task in settings.tasks]
    share = sum(efforts) / efforts[-1] if isfinite(efforts[-1]) else len(efforts)
    return largest * max(share / jobs, 1)
