"""What a run would take: the plan, what would enter, memory by stage, and time from a few measured steps."""

import time
from dataclasses import replace
from math import inf, isfinite
from typing import Any

import numpy as np

from cubeclust.errors import InputError
from cubeclust.methods.protocol import Clusterer, Combinator
from cubeclust.methods.reduced import Reduced
from cubeclust.pipelines.run.opening import Opening, open_run
from cubeclust.pipelines.run.preprocess import Prepared, prepare, reason_counts
from cubeclust.pipelines.run.record import resolved_settings
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.runtime.stopwatch import Stopwatch

_ROWS = 4096  # spectra that the measured steps see
_WORK = 1e12  # multiplications of a measured fit at most, half a minute or so: fewer spectra where they are more
_BRIEF, _LONGER = 2, 6  # iterations of the two measurements, whose difference is free of what is done once


def forecast(settings: RunSettings, progress: Progress | None = None) -> dict[str, Any]:
    """Carry out all of a run but the fit and the writing, and say what they would take; as JSON can hold it.

    Spectra are read and preprocessed where the budget allows; else their number is that of the spaxels asked for, and
    no time is known. Time of the fit is at most that of all its iterations and starts, or --max-minutes; None where
    neither bounds it.

    Raises:
        InputError: as for a run, but for the memory and products that exist.
    """
    progress = progress or Silent()
    opening = open_run(settings, progress)
    if settings.output.exists() and not settings.output.is_dir():
        raise InputError(f"{settings.output}: is no directory; choose another --output.")
    files = settings.products(opening.cube_file.stem, opening.plan.parent)
    out = {
        "settings": settings.record() | resolved_settings(opening.plan),
        "device": opening.device,
        "memory": opening.plan.memory,
        "need": opening.plan.need,
        "budget": opening.budget,
        "fits": opening.plan.need <= opening.budget,
        "files": {ending: str(path) for ending, path in files.items()},
        "exist": [str(path) for path in files.values() if path.exists()],
        "spaxels": opening.plan.area.size,
        "n_spectra": int(np.count_nonzero(opening.plan.area.entering)),
        "n_channels": opening.plan.channels.n_features,
        "measured_first": settings.redshift == "auto",
        "seconds": {},
    }
    return out | _measured(opening, settings, progress) if out["fits"] else out


def _measured(opening: Opening, settings: RunSettings, progress: Progress) -> dict[str, Any]:
    """What reading and preprocessing the spectra tells."""
    timed = Stopwatch()
    prepared = prepare(opening.plan, progress, timed)
    timed("preprocess")
    opening.require_ready(prepared)
    fit = {} if opening.fitted is not None else _fit_seconds(opening, prepared, settings.seed)
    return {
        "n_spectra": len(prepared.features),
        "n_channels": prepared.features.n_wave,
        "wavelength": [float(prepared.features.wavelength[0]), float(prepared.features.wavelength[-1])],
        "left_out": {bit.name: count for bit, count in reason_counts(prepared.spectra.quality).items()},
        "steps": list(prepared.log),
        "seconds": timed.seconds | fit,
    }


def _fit_seconds(opening: Opening, prepared: Prepared, seed: int) -> dict[str, float | None]:
    """Seconds that a fit takes at most, None if nothing bounds it, and those of one iteration if it iterates.

    They come from brief fits of some spectra and the method's own count of work. What a brief fit does once, such as
    to choose its start, is counted for each of the method's starts.
    """
    features, method = prepared.features, opening.clusterer
    n, n_wave = features.flux.shape
    room = opening.room(n, n_wave)
    times, efforts = [], []
    for size, steps in _sizes(n, n_wave, method):
        part = features if size == n else features.sample(_spread(n, size))
        start = time.perf_counter()
        done = shortened(method, steps).fit(
            part, seed=seed, device=opening.device, cache_bytes=int(room * (size / n) ** 2), progress=Silent()
        )
        times.append(time.perf_counter() - start)
        efforts.append(shortened(method, done.iterations or steps).effort(size, n_wave))
    more, less = (times[-1], efforts[-1]), (times[-2], efforts[-2])
    slope = (more[0] - less[0]) / (more[1] - less[1]) if more[1] > less[1] else 0.0
    rate = slope if slope > 0 else more[0] / more[1]
    bound = 60 * _option(method, "max_minutes", 0) or inf
    most = min(bound, _option(method, "n_starts", 1) * less[0] + rate * method.effort(n, n_wave))
    first, both = (shortened(method, steps).effort(n, n_wave) for steps in (1, 2))
    iteration = {"iteration": rate * (both - first)} if _iterates(method) else {}
    return {"fit": most if isfinite(most) else None} | iteration


def _sizes(n: int, n_wave: int, method: Clusterer) -> list[tuple[int, int]]:
    """Spectra and iterations of the brief fits; the first one also wakes the libraries."""
    fewest = max(method.n_clusters, _components(method), _option(method, "n_features", 0)) + 1
    most = min(n, max(_ROWS, fewest))
    while most > fewest and shortened(method, _LONGER).effort(most, n_wave) > _WORK:
        most = max(most // 2, fewest)
    if _iterates(method):
        return [(most, _BRIEF), (most, _BRIEF), (most, _LONGER)]
    less = max(most // 2, fewest)
    return [(less, 1), (less, 1), (most, 1)] if less < most else [(most, 1), (most, 1)]


def _spread(n: int, number: int) -> np.ndarray:
    """Indices spread evenly over n rows."""
    return np.linspace(0, n - 1, number).astype(int)


def _components(method: Clusterer) -> int:
    """Principal components of a combination, 0 without."""
    if isinstance(method, Reduced):
        return method.n_components
    return _components(method.inner) if isinstance(method, Combinator) else 0


def _iterates(method: Clusterer) -> bool:
    return _option(method, "max_iter", None) is not None


def _option(method: Clusterer, name: str, default: Any) -> Any:
    """A setting of a method, of the inner one for a combination."""
    return _option(method.inner, name, default) if isinstance(method, Combinator) else getattr(method, name, default)


def shortened(method: Clusterer, steps: int) -> Clusterer:
    """The same method with so many iterations of one start, and a kernel in place of a matrix of all spectra.

    Minutes do not bound them: what is measured has to have its iterations.
    """
    if isinstance(method, Combinator):
        return replace(method, inner=shortened(method.inner, steps))
    brief: dict[str, Any] = {"max_iter": steps, "max_minutes": 0.0, "n_starts": 1, "cost_matrix": None}
    if getattr(method, "kernel_matrix", None) is not None:
        brief |= {"kernel_matrix": None, "kernel": "rbf"}
    present = {name: value for name, value in brief.items() if hasattr(method, name)}
    return replace(method, **present)  # type: ignore[type-var]
