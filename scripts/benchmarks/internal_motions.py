"""What class maps of a simulated galaxy gain by the correction of internal motions.

Skies of `cubeclust simulate ngc1068`, a seed each, are clustered three times by each method: as observed, brought to
rest by the velocities of `cubeclust redshift`, and by the true ones. Spaxels are the same each time (those with a
defect or a misleading velocity are masked), windows are the same at rest, the number of clusters is that of the true
classes, and methods have their defaults. Mean and standard deviation over skies:

ARI      agreement with the true classes, 1 = the same, 0 = by chance
of gas   the same of spaxels whose class is one of gas, with front, back and jet as one class: they share their ratios
         of lines and differ in motion only
eta2     correlation ratio of the classes with the true velocity, 0 = classes do not follow the motion
disk     the same of spaxels outside of the cones and the nucleus, where gas and stars just rotate
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from sklearn.metrics import adjusted_rand_score

from benchmarks.internal_motions_figure import draw
from benchmarks.measuring import names_of, numbers
from benchmarks.moving_sky import CONES, STARS, MovingSky, Truth, moving_sky
from benchmarks.rows import Row
from cubeclust import RunSettings
from cubeclust.errors import InputError
from cubeclust.methods import METHODS
from cubeclust.pipelines.run.plan import plan_run
from cubeclust.pipelines.run.preprocess import prepare
from cubeclust.runtime.progress import Silent
from cubeclust.spectroscopy.windows import Window

# By which velocities a sky is brought to rest -> settings of the run.
VELOCITIES: dict[str, Callable[[MovingSky], dict[str, Any]]] = {
    "none": lambda sky: {},
    "measured": lambda sky: {"redshift": sky.measured},
    "true": lambda sky: {"velocity_map": sky.true},
}


class Scores(NamedTuple):
    """How a map agrees with the truth, and how its classes follow the motion."""

    ari: float
    gas: float
    eta: float
    disk: float


class Case(NamedTuple):
    """A map that is made of each sky."""

    window: str
    method: str
    velocities: str


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--size", type=int, default=40, help="spaxels along a side")
    parser.add_argument("--snr", type=float, default=20.0)
    parser.add_argument("--seeds", type=numbers, default=[1, 2, 3], help="of the skies and of the methods")
    parser.add_argument("--n-clusters", type=int, help="in place of the number of true classes")
    parser.add_argument("--methods", type=names_of(METHODS), default=["kmeans", "fisher-em", "mmd-ovo", "usd-ovo"])
    parser.add_argument(
        "--windows",
        type=window_sets,
        default="4800:5050+6500:6800",
        help="Angstrom at rest, joined by +, or all; a table for each between commas",
    )
    parser.add_argument("--figure", type=Path, help="PNG of the first sky, its first window and last two methods")


def run(options: Namespace) -> Iterator[Row]:
    if options.figure is not None and len(options.methods) < 2:
        raise InputError("--figure shows two methods; name at least two by --methods.")
    scores: dict[Case, list[Scores]] = {case: [] for case in cases(options)}
    for seed in options.seeds:
        with TemporaryDirectory() as folder:
            sky = moving_sky(Path(folder), options.size, options.snr, seed)
            maps = {case: class_map(sky, case, options, seed) for case in scores}
        for case, classes in maps.items():
            scores[case].append(scored(classes, sky.truth))
        print(f"sky {seed}: {reference(sky.truth)}", flush=True)
        if options.figure is not None and seed == options.seeds[0]:
            shown = {case[1:]: classes for case, classes in maps.items() if case.window == next(iter(options.windows))}
            draw(options.figure, sky.truth, shown, options.methods[-2:])
    for case, found in scores.items():
        yield table_row(case, found)


def cases(options: Namespace) -> Iterator[Case]:
    """All that is made of a sky, in the order of the tables."""
    for window in options.windows:
        for method in options.methods:
            yield from (Case(window, method, velocities) for velocities in VELOCITIES)


def class_map(sky: MovingSky, case: Case, options: Namespace, seed: int) -> np.ndarray:
    """Classes (NY, NX) int from 1, 0 = none, as `cubeclust run` finds them."""
    settings = RunSettings(
        sky.cube,
        case.method,
        {"n_clusters": options.n_clusters or sky.truth.n_classes},
        window=stretched(options.windows[case.window], 1 + sky.systemic if case.velocities == "none" else 1.0),
        mask=sky.mask,
        seed=seed,
        device=options.device,
        **VELOCITIES[case.velocities](sky),
    )
    plan = plan_run(settings, Silent())
    features = prepare(plan, Silent(), lambda stage: None).features
    cache_bytes = plan.cache_bytes(*features.flux.shape)
    fitted = plan.clusterer.fit(features, seed=seed, device=plan.device, cache_bytes=cache_bytes, progress=Silent())
    return features.image(fitted.canonical().labels + 1, 0)


def window_sets(text: str) -> dict[str, tuple[Window, ...]]:
    """Windows by what the tables call them: sets between commas, joined by + within one; `all` has none."""
    return {
        name: () if name == "all" else tuple(Window.parse(window) for window in name.split("+"))
        for name in text.split(",")
    }


def stretched(windows: tuple[Window, ...], by: float) -> tuple[Window, ...]:
    """Windows at the wavelengths of an observer."""
    return tuple(Window(window.low * by, window.high * by) for window in windows)


def scored(classes: np.ndarray, truth: Truth) -> Scores:
    """Scores of a map (NY, NX) on the spaxels compared that it has a class for."""
    shown = truth.compared & (classes > 0)
    gas, disk = shown & ~truth.among(*STARS), shown & ~truth.among(*CONES, "nucleus")
    return Scores(
        adjusted_rand_score(truth.classes[shown], classes[shown]),
        adjusted_rand_score(truth.joined[gas], classes[gas]),
        eta_squared(truth.velocity[shown], classes[shown]),
        eta_squared(truth.velocity[disk], classes[disk]),
    )


def eta_squared(velocity: np.ndarray, classes: np.ndarray) -> float:
    """Share of the variance of the velocities (n,) that lies between the classes (n,).

    The squared correlation ratio (Pearson 1905): sum over classes of n_k (mean_k - mean)^2 over the sum over spaxels of
    (v - mean)^2. 0 where all classes have the same mean velocity, 1 where each class has one velocity.
    """
    _, members, counts = np.unique(classes, return_inverse=True, return_counts=True)
    deviation = velocity - velocity.mean()
    means = np.bincount(members, deviation) / counts
    return float(counts @ means**2 / (deviation @ deviation))


def reference(truth: Truth) -> str:
    """What the true classes themselves have."""
    own, joined = scored(truth.classes, truth), scored(truth.joined, truth)
    return (
        f"{np.count_nonzero(truth.compared):,} spaxels, {truth.n_classes} classes; eta2 of the true classes "
        f"{own.eta:.3f}, with the cones as one {joined.eta:.3f}, of the disk {own.disk:.3f}"
    )


def table_row(case: Case, found: list[Scores]) -> Row:
    """Mean and standard deviation over the skies."""
    names = ("ARI", "of gas", "eta2", "disk")
    pairs = zip(np.mean(found, 0), np.std(found, 0), strict=True)
    cells = (f"{mean:.2f} ± {spread:.2f}" for mean, spread in pairs)
    return {**case._asdict(), **dict(zip(names, cells, strict=True))}
