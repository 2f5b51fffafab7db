"""ARI on MNIST, beside the MLP columns of Table 3 of Ohl et al. 2022.

What the paper does not state comes from the configurations of the authors' code (github.com/oshillou/GEMINI,
config_experiments/mnist/mlp): pixels between -1 and 1, hidden 1200, batches of 250, Adam with 0.001, the squared
Euclidean cost. The paper trains for 500 epochs on 60,000 images, one run; here both are options. USD stands beside
the paper's Wasserstein.
"""

import gzip
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score

from benchmarks.measuring import EVERYTHING, fit, names_of, numbers
from benchmarks.rows import Row
from cubeclust.methods import METHODS

# ARI and used clusters in the paper with 10 and with 15 clusters.
WASSERSTEIN = {
    "ova": {10: "0.471 (10)", 15: "0.390 (15)"},
    "ovo": {10: "0.450 (10)", 15: "0.415 (15)"},
}
PAPER = {
    "kmeans": {10: "0.367", 15: "0.385"},
    "kl-ova": {10: "0.320 (10)", 15: "0.271 (15)"},
    "kl-ovo": {10: "0.348 (7)", 15: "0.333 (8)"},
    "hellinger-ova": {10: "0.301 (10)", 15: "0.224 (13)"},
    "hellinger-ovo": {10: "0.287 (10)", 15: "0.305 (13)"},
    "tv-ova": {10: "0.299 (10)", 15: "0.277 (15)"},
    "tv-ovo": {10: "0.422 (10)", 15: "0.330 (15)"},
    "mmd-ova": {10: "0.373 (10)", 15: "0.345 (15)"},
    "mmd-ovo": {10: "0.361 (10)", 15: "0.364 (15)"},
    "wasserstein-ova": WASSERSTEIN["ova"],
    "wasserstein-ovo": WASSERSTEIN["ovo"],
    "usd-ova": WASSERSTEIN["ova"],
    "usd-ovo": WASSERSTEIN["ovo"],
}
IMAGES, DIGITS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
_COST = {"metric": "sqeuclidean"}


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("../shared/data/mnist"), help=f"folder of {IMAGES}")
    parser.add_argument("--images", type=int, default=60_000, help="the first so many")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=250, help="0 = all")
    parser.add_argument("--clusters", type=numbers, default=[10, 15], help="10, 15")
    parser.add_argument("--methods", type=names_of(PAPER), default=list(PAPER), help="rows, by cubeclust's names")


def run(options: Namespace) -> Iterator[Row]:
    if not (options.data / IMAGES).exists():
        print(f"{options.data / IMAGES} does not exist; give the folder of MNIST's gzip files by --data.")
        return
    images, digits = read(options.data, options.images)
    print(
        f"MNIST, {len(images)} images, hidden 1200, batches of {options.batch_size or len(images)}, "
        f"{options.epochs} epochs; the paper: 60000 images, 500 epochs, ARI (used clusters)"
    )
    for name in options.methods:
        if name not in METHODS:
            print(f"{name:16} is not in METHODS")
            continue
        for k in options.clusters:
            start = time.perf_counter()
            method = METHODS[name].create(n_clusters=k, **settings(name, options))
            clustering = fit(method, images, options.device, EVERYTHING)
            yield {
                "method": name,
                "clusters": k,
                "ARI": float(adjusted_rand_score(digits, clustering.labels)),
                "used clusters": clustering.n_used,
                "paper": PAPER[name].get(k, "-"),
                "s": time.perf_counter() - start,
            }


def settings(name: str, options: Namespace) -> dict:
    """Of a method, as in the paper."""
    if name == "kmeans":
        return {}
    transport = _COST if name.startswith(("usd", "wasserstein")) else {}
    return {
        "n_starts": 1,
        "optimizer": "adam",
        "hidden": 1200,
        "max_iter": options.epochs,
        "tolerance": 0.0,
        "batch_size": options.batch_size,
        **transport,
    }


def read(folder: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first images (n, 784) float32 between -1 and 1, and their digits (n,)."""
    pixels = np.frombuffer(gzip.decompress((folder / IMAGES).read_bytes()), np.uint8, offset=16)
    digits = np.frombuffer(gzip.decompress((folder / DIGITS).read_bytes()), np.uint8, offset=8)
    return pixels.reshape(-1, 784)[:count].astype(np.float32) / 127.5 - 1, digits[:count]
