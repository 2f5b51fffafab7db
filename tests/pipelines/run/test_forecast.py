"""The forecast of a run, from Python."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from cubeclust.clustering import Clustering
from cubeclust.methods import METHODS, Method
from cubeclust.pipelines.run.forecast import forecast
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.runtime.progress import Progress
from cubeclust.settings import setting
from cubeclust.spectra import Spectra

EPOCH = 0.005  # seconds


@dataclass(frozen=True)
class Sleeping:
    """A method that nothing in the package knows of: epochs that take EPOCH seconds each."""

    n_clusters: int = setting(2, "Number of clusters.", minimum=1)
    n_epochs: int = setting(400, "Epochs.", minimum=1)
    bound: float = setting(inf, "Seconds.")

    paper: ClassVar[str] = "none"
    default_scale: ClassVar[str] = "zscore"
    uses_gpu: ClassVar[bool] = False
    figures: ClassVar[tuple[str, ...]] = ()
    n_starts: ClassVar[int] = 1

    @property
    def max_seconds(self) -> float:
        return self.bound

    def shortened(self, steps: int) -> "Sleeping":
        return replace(self, n_epochs=steps, bound=inf)

    def memory(self, n_spectra: int, n_wave: int) -> int:
        return 8 * n_spectra

    def effort(self, n_spectra: int, n_wave: int) -> float:
        return float(self.n_epochs * n_spectra * n_wave)

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        assert self.n_epochs < 10, "the forecast does not fit as a run does"
        time.sleep(self.n_epochs * EPOCH)
        return Clustering(np.zeros(len(spectra), int), self.n_clusters, iterations=self.n_epochs)

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> None:
        return None


class Elsewhere(Method):
    """A row of METHODS whose class lies outside of the package."""

    def load(self) -> type[Sleeping]:
        return Sleeping


@pytest.fixture
def sleeping(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name of METHODS, whose row is another one as long as the test lasts."""
    monkeypatch.setitem(METHODS, "kmeans", Elsewhere("sleeps", "", ""))
    return "kmeans"


def test_method_from_elsewhere_has_a_forecast(sky_file: Path, tmp_path: Path, sleeping: str) -> None:
    """400 epochs of 5 ms: 2 s, from brief fits of a few."""
    found = forecast(RunSettings(sky_file, method=sleeping, output=tmp_path / "out"))
    assert found.fit.iteration == pytest.approx(EPOCH, rel=0.5)
    assert found.fit.most == pytest.approx(400 * EPOCH, rel=0.5)
    assert not found.fit.bounded


def test_bound_in_time_of_a_method_from_elsewhere(sky_file: Path, tmp_path: Path, sleeping: str) -> None:
    settings = RunSettings(sky_file, method=sleeping, method_settings={"bound": 0.5}, output=tmp_path / "out")
    found = forecast(settings)
    assert (found.fit.most, found.fit.bounded) == (0.5, True)


def test_json_of_a_forecast(sky_file: Path, tmp_path: Path) -> None:
    settings = RunSettings(sky_file, method="kmeans", method_settings={"n_clusters": 3}, output=tmp_path)
    found = forecast(settings)
    values = json.loads(json.dumps(found.as_json()))
    assert list(values) == [
        *("settings", "device", "memory", "need", "budget", "fits", "files", "exist", "spaxels", "n_spectra"),
        *("n_channels", "measured_first", "seconds", "wavelength", "left_out", "steps"),
    ]
    assert list(values["seconds"]) == ["read", "preprocess", "fit", "iteration"]
    assert values["seconds"]["fit"] == found.fit.most
    unread = forecast(replace(settings, memory=1))
    assert not unread.fits
    assert unread.preprocessed is None
    assert unread.as_json()["seconds"] == {}
