"""Time of a fit, from brief fits of some of the spectra and the method's own count of its work."""

import time
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from cubeclust.methods.protocol import Clusterer, iterative, least_spectra, shortened
from cubeclust.runtime.progress import Silent
from cubeclust.spectra import Spectra

_ROWS = 4096  # spectra of a brief fit
_WORK = 1e12  # multiplications of a brief fit at most, about half a minute: beyond, it has fewer spectra
_BRIEF, _LONGER = 2, 6  # iterations of the two brief fits, whose difference is free of what is done once


@dataclass(frozen=True)
class FitTime:
    """Time of a fit in seconds.

    most       at most; None if neither its iterations nor --max-minutes bound it
    iteration  of one iteration; None for a method without iterations
    bounded    whether it is --max-minutes that bounds the time
    """

    most: float | None
    iteration: float | None
    bounded: bool

    @classmethod
    def measured(cls, method: Clusterer, spectra: Spectra, *, seed: int, device: str, cache_bytes: int) -> "FitTime":
        """Time of a fit to spectra (n, n_wave), for which cache_bytes are free.

        What a brief fit does once, such as to choose its start, is counted for each of the method's starts.
        """
        n, n_wave = spectra.flux.shape
        iterates = iterative(method)
        times, efforts = [], []
        for size, steps in sizes(n, n_wave, method):
            part = spectra if size == n else spectra.sample(_spread(n, size))
            brief, share = shortened(method, steps), int(cache_bytes * (size / n) ** 2)
            start = time.perf_counter()
            done = brief.fit(part, seed=seed, device=device, cache_bytes=share, progress=Silent())
            times.append(time.perf_counter() - start)
            efforts.append(shortened(method, done.iterations or steps).effort(size, n_wave))
        (less, more), (little, much) = times[-2:], efforts[-2:]
        slope = (more - less) / (much - little) if much > little else 0.0
        rate = slope if slope > 0 else more / much
        most = (iterates.n_starts if iterates else 1) * less + rate * method.effort(n, n_wave)
        bound = iterates.max_seconds if iterates else inf
        first, both = (shortened(method, steps).effort(n, n_wave) for steps in (1, 2))
        return cls(
            most=min(most, bound) if isfinite(min(most, bound)) else None,
            iteration=rate * (both - first) if iterates else None,
            bounded=bound <= most and isfinite(bound),
        )


def sizes(n: int, n_wave: int, method: Clusterer) -> list[tuple[int, int]]:
    """Spectra and iterations of the brief fits; the first one also loads the libraries."""
    least = least_spectra(method)
    most = min(n, max(_ROWS, least))
    while most > least and shortened(method, _LONGER).effort(most, n_wave) > _WORK:
        most = max(most // 2, least)
    if iterative(method) is not None:
        return [(most, _BRIEF), (most, _BRIEF), (most, _LONGER)]
    less = max(most // 2, least)
    return [(less, 1), (less, 1), (most, 1)] if less < most else [(most, 1), (most, 1)]


def _spread(n: int, number: int) -> np.ndarray:
    """Indices (number,) spread evenly over n rows."""
    return np.linspace(0, n - 1, number).astype(int)
