"""ARI on three Gaussians and a Student-t, beside Table 6 of Ohl et al. 2022.

What the paper does not state comes from the configurations of the authors' code (github.com/oshillou/GEMINI,
config_experiments/gaussian_student): n = 5000 drawn once, raw; batches of 100, 100 epochs, Adam with 0.001; a network
of 2 - 20 (tanh) - 20 - K units; linear kernel, Euclidean distance. The paper's runs differ by their start alone, and so
do these. `--network cubeclust` takes the MLP of cubeclust instead. USD has no row in the paper: it stands beside the
paper's Wasserstein, with the Euclidean cost and epsilon 0.25r.

A cell is marked * where the means differ by more than two of the larger standard deviation.
"""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import adjusted_rand_score
from torch import nn

from benchmarks.measuring import fit, names_of
from benchmarks.rows import Row
from benchmarks.student_mixture import oracle, student_mixture
from cubeclust.learning import networks
from cubeclust.methods import METHODS

CELLS = ((1, 4), (1, 8), (2, 4), (2, 8))  # degrees of freedom and clusters: the columns of the tables
# Mean and standard deviation of the paper's Table 6 in each of the cells.
WASSERSTEIN = {
    "ova": ((0.915, 0.131), (0.889, 0.051), (0.897, 0.096), (0.896, 0.021)),
    "ovo": ((0.922, 0.006), (0.817, 0.042), (0.970, 0.002), (0.803, 0.067)),
}
PAPER = {
    "kmeans": ((0, 0), (0.657, 0.008), (0.965, 0), (0.897, 0.040)),
    "gmm": ((0, 0), (0.610, 0.117), (0.972, 0), (0.868, 0.042)),
    "kl-ova": ((0.939, 0.006), (0.742, 0.092), (0.883, 0.182), (0.761, 0.101)),
    "kl-ovo": ((0.723, 0.114), (0.755, 0.163), (0.731, 0.140), (0.891, 0.129)),
    "hellinger-ova": ((0.906, 0.103), (0.860, 0.087), (0.923, 0.125), (0.959, 0.043)),
    "hellinger-ovo": ((0.858, 0.143), (0.887, 0.074), (0.926, 0.112), (0.951, 0.059)),
    "tv-ova": ((0.904, 0.104), (0.925, 0.103), (0.940, 0.097), (0.973, 0.004)),
    "tv-ovo": ((0.938, 0.005), (0.595, 0.055), (0.971, 0.005), (0.620, 0.053)),
    "mmd-ova": ((0.922, 0.004), (0.908, 0.016), (0.953, 0.060), (0.940, 0.033)),
    "mmd-ovo": ((0.921, 0.007), (0.849, 0.048), (0.968, 0.001), (0.771, 0.071)),
    "wasserstein-ova": WASSERSTEIN["ova"],
    "wasserstein-ovo": WASSERSTEIN["ovo"],
    "usd-ova": WASSERSTEIN["ova"],
    "usd-ovo": WASSERSTEIN["ovo"],
}
NETWORK = {"n_starts": 1, "optimizer": "adam", "hidden": 20, "max_iter": 100, "tolerance": 0.0, "batch_size": 100}
SETTINGS = {"kmeans": {"n_starts": 1}, "gmm": {"covariance": "full"}}  # of those that are no GEMINI


@dataclass(frozen=True)
class Scores:
    """ARI of the runs of a cell, (runs,)."""

    runs: np.ndarray

    def __str__(self) -> str:
        return f"{self.runs.mean():.3f} ({self.runs.std():.3f})"

    def agree(self, mean: float, deviation: float) -> bool:
        """Whether the means differ by no more than two of the larger deviation, the paper's being rounded."""
        return abs(self.runs.mean() - mean) <= 2 * max(self.runs.std(), deviation) + 5e-4


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=20, help="starts of each cell")
    parser.add_argument("--methods", type=names_of(PAPER), default=list(PAPER), help="rows, by cubeclust's names")
    parser.add_argument("--network", default="paper", choices=["paper", "cubeclust"])
    parser.add_argument("--epochs", type=int, default=NETWORK["max_iter"])
    parser.add_argument("--batch-size", type=int, default=NETWORK["batch_size"], help="0 = all")


def run(options: Namespace) -> Iterator[Row]:
    if options.network == "paper":
        take_papers_network()
    settings = NETWORK | {"max_iter": options.epochs, "batch_size": options.batch_size}
    print(f"ARI, mean (std) of {options.runs} runs, {options.network}'s network, {settings}; [paper]; * = apart")
    for rho, published in ((1, 0.989), (2, 0.991)):
        points, truth = student_mixture(rho)
        yield {
            "rho": rho,
            "ARI of the oracle": float(adjusted_rand_score(truth, oracle(points, rho))),
            "paper": published,
        }
    absent = [name for name in options.methods if name not in METHODS]
    if absent:
        print(f"not in METHODS: {', '.join(absent)}")
    for name in options.methods:
        if name in METHODS:
            yield row(name, options.runs, SETTINGS.get(name, settings), options.device)


def row(name: str, runs: int, settings: dict, device: str) -> Row:
    """One method's line of the table."""
    line, start = {"method": name}, time.perf_counter()
    for (rho, k), (mean, deviation) in zip(CELLS, PAPER[name], strict=True):
        scores = cell(name, rho, k, runs=runs, settings=settings, device=device)
        apart = "" if scores.agree(mean, deviation) else " *"
        line[f"rho {rho}, {k} clusters"] = f"{scores} [{mean:.3f} ({deviation:.3f})]{apart}"
    return line | {"s/run": (time.perf_counter() - start) / runs / len(CELLS)}


def cell(name: str, rho: float, k: int, *, runs: int, settings: dict, device: str) -> Scores:
    """Scores on the paper's points from different starts."""
    points, truth = student_mixture(rho)
    method = METHODS[name].create(n_clusters=k, **settings)
    return Scores(
        np.array([adjusted_rand_score(truth, fit(method, points, device, seed=seed).labels) for seed in range(runs)])
    )


def take_papers_network() -> None:
    """Put the network of the authors' configurations in the place of `mlp`: raw input, one tanh."""

    def papers(n_rows: int, n_features: int, hidden: int, n_clusters: int) -> nn.Module:
        return nn.Sequential(
            nn.Linear(n_features, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Linear(hidden, n_clusters)
        )

    networks.NETWORKS["mlp"] = papers
