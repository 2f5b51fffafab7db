"""The fits of a scan to the same spectra."""

import json
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np

from cubeclust.classes.table import TINY_CLASS
from cubeclust.clustering import Clustering
from cubeclust.errors import InputError
from cubeclust.evaluation.subsample import Subsample
from cubeclust.methods.protocol import Decomposing
from cubeclust.model_selection.trial import Trial, objective
from cubeclust.pipelines.provenance import versions
from cubeclust.pipelines.select.settings import ScanSettings, Task
from cubeclust.runtime.processes import in_processes
from cubeclust.runtime.progress import Silent
from cubeclust.runtime.threads import one_thread
from cubeclust.spectra import Spectra

Result = TypeVar("Result")

_COMPUTING = ("cubeclust", "numpy", "scipy", "torch", "scikit-learn")  # packages that a result may depend on


@dataclass(frozen=True)
class Trials:
    """What the fits share.

    cache_bytes  that each fit may take beyond its need
    shared       what the method makes of the spectra once, None where it has no such thing
    subsample    that stability and silhouette are measured on
    identity     digest of the spectra, the device and the versions
    """

    settings: ScanSettings
    spectra: Spectra
    device: str
    cache_bytes: int
    shared: Any
    subsample: Subsample
    identity: str

    @classmethod
    def of(cls, settings: ScanSettings, spectra: Spectra, device: str, cache_bytes: int) -> "Trials":
        """Make once what all fits share."""
        method, shared = settings.largest.fit.clusterer(), None
        if isinstance(method, Decomposing):
            shared = method.decompose(spectra, device=device, cache_bytes=cache_bytes)
        return cls(
            settings=settings,
            spectra=spectra,
            device=device,
            cache_bytes=cache_bytes,
            shared=shared,
            subsample=Subsample.of(spectra, settings.run.seed),
            identity=_digest(spectra, device, settings.run.seed),
        )

    def key(self, task: Task) -> str:
        """Digest of all that decides the result of a fit."""
        clusterer = self.settings.of(task).fit.clusterer()
        content = {
            "identity": self.identity,
            "method": self.settings.run.method,
            "settings": asdict(clusterer),  # type: ignore[call-overload]
            "seed": task.seed,
        }
        text = json.dumps(content, sort_keys=True, default=lambda array: blake2b(array.tobytes()).hexdigest())
        return blake2b(text.encode(), digest_size=16).hexdigest()

    def fit(self, task: Task) -> Clustering:
        """The clustering, in canonical order; InputError where there is none."""
        method, silent = self.settings.of(task).fit.clusterer(), Silent()
        if isinstance(method, Decomposing):
            return method.fit_decomposed(self.shared, seed=task.seed, progress=silent).canonical()
        return method.fit(
            self.spectra, seed=task.seed, device=self.device, cache_bytes=self.cache_bytes, progress=silent
        ).canonical()

    def each(self, work: Callable[[Task], Result], tasks: Sequence[Task], jobs: int) -> Generator[Result]:
        """Yield what `work`, one of the two others, gives for each task, as it comes.

        Every fit has one thread to itself, so that its result depends neither on the number of jobs nor on that of the
        cores; those on a GPU run in this process.
        """
        if self.device == "cuda":
            yield from map(work, tasks)
        else:
            yield from in_processes(work, tasks, jobs, begin=one_thread)

    def attempt(self, task: Task) -> Trial:
        """What is kept of the fit, or why there is none."""
        start = time.perf_counter()
        try:
            clustering = self.fit(task)
        except InputError as error:
            return Trial(self.key(task), *task, seconds=round(time.perf_counter() - start, 3), error=str(error))
        labels = clustering.labels[self.subsample.rows]
        return Trial(
            self.key(task),
            *task,
            seconds=round(time.perf_counter() - start, 3),
            criteria=clustering.criteria,
            objective=objective(clustering),
            classes_used=clustering.n_used,
            tiny_classes=int(np.count_nonzero(np.unique(clustering.labels, return_counts=True)[1] <= TINY_CLASS)),
            converged=clustering.converged,
            iterations=clustering.iterations,
            silhouette=self.subsample.silhouette(labels),
            warnings=clustering.warnings,
            sample_labels=labels,
        )


def _digest(spectra: Spectra, device: str, seed: int) -> str:
    """Digest of the spectra, the seed of the subsample, the device and the versions."""
    digest = blake2b(digest_size=16)
    for rows in spectra.blocks():
        digest.update(np.ascontiguousarray(spectra.flux[rows]).data)
    for values in (spectra.wavelength, spectra.y, spectra.x, spectra.snr):
        digest.update(np.ascontiguousarray(values).data)
    installed = versions()
    digest.update(json.dumps([device, seed, {name: installed[name] for name in _COMPUTING}]).encode())
    return digest.hexdigest()
