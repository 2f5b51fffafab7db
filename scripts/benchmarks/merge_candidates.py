"""What joining the merge candidates of a run does to its agreement with the truth of simulated skies.

Each method is asked for more classes than there are. A row has the adjusted Rand index of its map with the true classes
before and after the classes of `cubeclust merge --join`, which the run proposes, are joined; means over the skies.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from astropy.io import fits
from sklearn.metrics import adjusted_rand_score

from benchmarks.measuring import names_of
from benchmarks.rows import Row
from cubeclust import ClassMap, RunSettings, SimulationSettings, merge, simulate
from cubeclust import run as cluster
from cubeclust.simulation import SKIES

_METHODS = ("kmeans", "gmm", "igmm", "fcm", "ward", "fisher-em", "spectral")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--skies", type=names_of(SKIES), default=list(SKIES))
    parser.add_argument("--methods", type=names_of(_METHODS), default=list(_METHODS))
    parser.add_argument("--clusters", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=3, help="skies of each kind")
    parser.add_argument("--size", type=int, default=40)
    parser.add_argument("--channels", type=int, default=300)


def run(options: Namespace) -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        for sky in options.skies:
            for method in options.methods:
                rows = [candidates(sky, seed, method, options, Path(folder)) for seed in range(options.seeds)]
                pairs, before, after = np.mean(rows, axis=0)
                yield {"sky": sky, "method": method, "pairs": pairs, "ARI": before, "ARI, joined": after}


def candidates(sky: str, seed: int, method: str, options: Namespace, folder: Path) -> tuple[int, float, float]:
    """Number of candidates, and agreement with the truth before and after they are joined."""
    cube, truth = folder / f"{sky}{seed}.fits", folder / f"{sky}{seed}_truth.fits"
    if not cube.exists():
        simulate(SimulationSettings(sky, cube, truth, size=options.size, channels=options.channels, seed=seed))
    found = cluster(
        RunSettings(cube, method, {"n_clusters": options.clusters}, scale="zscore", output=folder, overwrite=True)
    )
    before = after = agreement(found.class_map, truth)
    if found.record.classes.joinable:
        path = found.files["classmap.fits"]
        joined = merge(path, join=found.record.classes.joinable, output=folder, overwrite=True)
        after = agreement(joined.classification.class_map, truth)
    return len(found.record.classes.merge_candidates), before, after


def agreement(class_map: ClassMap, truth: Path) -> float:
    """Adjusted Rand index where both have a class."""
    true, classes = fits.getdata(truth, "CLASS"), class_map.classes
    both = (true > 0) & (classes > 0)
    return float(adjusted_rand_score(true[both], classes[both]))
