"""What class maps of a simulated galaxy gain by the correction of internal motions.

Skies of `cubeclust simulate ngc1068`, a seed each, are clustered in three ways by each method: as observed, brought to
rest by the velocities of `cubeclust redshift`, and by the true ones, from each of --fit-seeds. Windows are the same at
rest, the number of clusters is that of the true classes, and methods have their defaults. With --masks truth the
spaxels with a defect or a misleading velocity, as only the truth knows them, are masked; with none they are clustered
like the others. Scores are of the same spaxels in either case, without those: the mean, the standard deviation between
skies (of their means over the fits), and that between the fits of a sky (root mean square over the skies):

ARI      agreement with the true classes, 1 = the same, 0 = by chance
of gas   the same of spaxels whose class is one of gas, with front, back and jet as one class: they share their ratios
         of lines and differ in motion only
eta2     correlation ratio of the classes with the true velocity, 0 = classes do not follow the motion
disk     the same of spaxels outside of the cones and the nucleus, where gas and stars just rotate
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from itertools import product, starmap
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
from cubeclust.methods.rest import labeled_rest
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


# Name of a mask -> its file.
MASKS: dict[str, Callable[[MovingSky], Path | None]] = {"truth": lambda sky: sky.mask, "none": lambda sky: None}


class Scores(NamedTuple):
    """How a map agrees with the truth, and how its classes follow the motion."""

    ari: float
    gas: float
    eta: float
    disk: float


class Case(NamedTuple):
    """Maps that are made of each sky, one from each fit seed."""

    mask: str
    window: str
    method: str
    velocities: str


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--size", type=int, default=40, help="spaxels along a side")
    parser.add_argument("--snr", type=float, default=20.0)
    parser.add_argument("--seeds", type=numbers, default=[1, 2, 3], help="of the skies")
    parser.add_argument("--fit-seeds", type=numbers, default=[0, 1, 2], help="of the fits to each sky")
    parser.add_argument("--masks", type=names_of(MASKS), default=["truth"], help="truth, none or both")
    parser.add_argument("--n-clusters", type=int, help="in place of the number of true classes")
    parser.add_argument("--methods", type=names_of(METHODS), default=["kmeans", "fisher-em", "mmd-ovo", "usd-ovo"])
    parser.add_argument(
        "--windows",
        type=window_sets,
        default="4800:5050+6500:6800",
        help="Angstrom at rest, joined by +, or all; a table for each between commas",
    )
    parser.add_argument("--figure", type=Path, help="PNG of the first sky, mask, window and fit, last two methods")


def run(options: Namespace) -> Iterator[Row]:
    if options.figure is not None and len(options.methods) < 2:
        raise InputError("--figure shows two methods; name at least two by --methods.")
    scores: dict[Case, list[list[Scores]]] = {case: [] for case in cases(options)}
    for seed in options.seeds:
        with TemporaryDirectory() as folder:
            sky = moving_sky(Path(folder), options.size, options.snr, seed)
            maps = {case: class_maps(sky, case, options) for case in scores}
        for case, fits in maps.items():
            scores[case].append([scored(classes, sky.truth) for classes in fits])
        print(f"sky {seed}: {reference(sky.truth)}", flush=True)
        if options.figure is not None and seed == options.seeds[0]:
            first = options.masks[0], next(iter(options.windows))
            shown = {(case.method, case.velocities): fits[0] for case, fits in maps.items() if case[:2] == first}
            draw(options.figure, sky.truth, shown, options.methods[-2:])
    for case, found in scores.items():
        yield table_row(case, found)


def cases(options: Namespace) -> Iterator[Case]:
    """All that is made of a sky, in the order of the tables."""
    return starmap(Case, product(options.masks, options.windows, options.methods, VELOCITIES))


def class_maps(sky: MovingSky, case: Case, options: Namespace) -> list[np.ndarray]:
    """Classes (NY, NX) int from 1, 0 = none, as `cubeclust run` finds them from each fit seed."""
    settings = RunSettings(
        sky.cube,
        case.method,
        {"n_clusters": options.n_clusters or sky.truth.n_classes},
        window=stretched(options.windows[case.window], 1 + sky.systemic if case.velocities == "none" else 1.0),
        mask=MASKS[case.mask](sky),
        device=options.device,
        **VELOCITIES[case.velocities](sky),
    )
    plan = plan_run(settings, Silent())
    features = prepare(plan, Silent(), lambda stage: None).features
    room = plan.cache_bytes(*features.flux.shape)
    fits = (
        plan.clusterer.fit(features.entering(), seed=seed, device=plan.device, cache_bytes=room, progress=Silent())
        for seed in options.fit_seeds
    )
    whole = (labeled_rest(plan.clusterer, fitted, features, plan.device).canonical() for fitted in fits)
    return [features.image(clustering.labels + 1, 0) for clustering in whole]


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
        f"{np.count_nonzero(truth.compared):,} of {truth.compared.size:,} spaxels are compared, the others have a "
        f"defect or a misleading velocity; {truth.n_classes} classes; eta2 of the true classes "
        f"{own.eta:.3f}, with the cones as one {joined.eta:.3f}, of the disk {own.disk:.3f}"
    )


def table_row(case: Case, found: list[list[Scores]]) -> Row:
    """Mean of the scores, a list of fits for each sky, and their spread between the skies and between the fits."""
    scores = np.array(found)  # (skies, fits, scores)
    mean, skies = scores.mean(axis=(0, 1)), scores.mean(axis=1).std(axis=0)
    fits = np.sqrt(scores.var(axis=1).mean(axis=0))
    cells = (f"{each[0]:.2f} ± {each[1]:.2f} ± {each[2]:.2f}" for each in zip(mean, skies, fits, strict=True))
    return {**case._asdict(), **dict(zip(("ARI", "of gas", "eta2", "disk"), cells, strict=True))}
