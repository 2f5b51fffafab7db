"""One run of the benchmark of defaults: its settings, and how near its map comes to the truth."""

import base64
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import click
import numpy as np
from sklearn.metrics import adjusted_rand_score

from benchmarks.defaults_cubes import Source, truth_of
from benchmarks.defaults_journal import Line
from benchmarks.defaults_pages import DEFAULT
from cubeclust import RunSettings, run
from cubeclust.cli.types import repeats, type_of
from cubeclust.errors import InputError
from cubeclust.methods import METHODS
from cubeclust.pipelines.run import pipeline
from cubeclust.settings import declaration, kind, option_fields, option_name

_TINY = 3  # spaxels


class Trial(NamedTuple):
    """A run.

    source    what is clustered
    range     windows, or all for the whole range
    k         number of classes
    method    name of the method
    scale     of the channels, or default
    seed      of the fit
    settings  NAME=VALUE of the other options that are not at their defaults
    state     name of what was measured: the version of the package, or a state of its code
    """

    source: Source
    range: str
    k: int
    method: str
    scale: str
    seed: int
    settings: tuple[str, ...]
    state: str

    def as_json(self) -> Line:
        """Fields as a line of the journal has them."""
        fields = self.source._asdict() | self._asdict()
        return {name: value for name, value in fields.items() if name != "source"} | {"settings": [*self.settings]}

    @property
    def twin(self) -> "Trial":
        """The same run under another name of its scale: with and without its name where it is the method's default."""
        scale = self._default_scale
        return self._replace(scale={DEFAULT: scale, scale: DEFAULT}.get(self.scale, self.scale))

    @property
    def _default_scale(self) -> str:
        return METHODS[self.method].load().default_scale

    def holds(self, found: Line) -> bool:
        """Whether what it found is still what it finds: the default scale can have become another one."""
        return self.scale != DEFAULT or found.get("scaled", self._default_scale) == self._default_scale

    def __str__(self) -> str:
        options = " ".join([f"-m {self.method} -k {self.k} --scale {self.scale} --seed {self.seed}", *self.settings])
        return f"{self.source.name} {self.range} {options}"

    def run_settings(self, cube: Path, output: Path, device: str) -> RunSettings:
        """Settings as `cubeclust run` takes them."""
        own, general = values_of(self.method, self.settings)
        if self.scale != DEFAULT:
            general["scale"] = self.scale
        if self.range == "windows":
            general["window"] = self.source.windows
        settings = {"n_clusters": self.k, **own}
        return RunSettings(cube, self.method, settings, output, seed=self.seed, device=device, **general)


def carried_out(trial: Trial, cube: Path, device: str) -> Line:
    """What a run found: its map, how it ended and, with a truth, its scores; its error where it is refused."""
    with TemporaryDirectory() as folder, _products_empty():
        try:
            finished = run(trial.run_settings(cube, Path(folder), device))
        except InputError as error:
            return {"error": str(error)}
    classes, record = finished.class_map.classes, finished.record
    assert record.seconds is not None
    sizes = finished.class_map.counts()
    truth = truth_of(trial.source, cube)
    return {
        **({} if truth is None else scores(classes, truth)),
        "tiny": int(np.count_nonzero((sizes > 0) & (sizes <= _TINY))),
        "sizes": sizes.tolist(),
        "left_out": record.left_out,
        "scaled": record.settings["scale"],
        "s": record.seconds["fit"],
        "converged": record.fit.converged,
        "iterations": record.fit.iterations,
        "map": packed(classes),
    }


@contextmanager
def _products_empty() -> Iterator[None]:
    """Let runs leave their products empty: figures take longer than most fits."""
    usual = pipeline.write_products
    pipeline.write_products = lambda files, *rest, **named: [path.touch() for path in files.values()]
    try:
        yield
    finally:
        pipeline.write_products = usual


def scores(classes: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """ARI over the spaxels (NY, NX) that have a class and a true one, and the share of the latter that have a class."""
    true, both = truth > 0, (truth > 0) & (classes > 0)
    ari = float(adjusted_rand_score(truth[both], classes[both]))
    return {"ARI": ari, "coverage": float(np.count_nonzero(both) / np.count_nonzero(true))}


def packed(classes: np.ndarray) -> str:
    """A map as text."""
    return base64.b64encode(zlib.compress(classes.astype("<i2").tobytes(), 9)).decode()


def unpacked(text: str) -> np.ndarray:
    """Classes (NY NX,) of a packed map."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), "<i2")


def settings_for(method: str, texts: Iterable[str]) -> tuple[str, ...]:
    """Those of NAME=VALUE that name an option of a run by this method."""
    return tuple(text for text in texts if _name(text) in _fields(method))


def values_of(method: str, texts: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields of the method, and fields of RunSettings, from NAME=VALUE as the options NAME take it.

    Raises:
        InputError: a value that the option does not take.
    """
    own = {field.name for field in option_fields(METHODS[method].load())}
    of_method: dict[str, Any] = {}
    of_run: dict[str, Any] = {}
    for text in texts:
        field = _fields(method)[_name(text)]
        values = of_method if field.name in own else of_run
        try:
            value = type_of(kind(field), declaration(field).choices)[0].convert(text.partition("=")[2], None, None)
        except click.BadParameter as error:
            raise InputError(f"--set {text}: {error.message}") from error
        values[field.name] = (*values.get(field.name, ()), value) if repeats(kind(field)) else value
    return of_method, of_run


def _name(text: str) -> str:
    return text.partition("=")[0]


def _fields(method: str) -> dict[str, Any]:
    """Fields of the options of a run by this method, by the options' names."""
    records = (RunSettings, METHODS[method].load())
    return {option_name(field): field for record in records for field in option_fields(record)}
