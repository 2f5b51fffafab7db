"""Which model and number of classes the ICL of FisherEM chooses for data drawn from each of the twelve models.

3 classes of 900 spectra with 20 channels in a subspace of 2 directions; means along the axes of the subspace, so that
the discriminative directions are those in which a diagonal covariance is diagonal. K = 2 to 5, all models, 5 k-means
starts each. A row says how often the model and K that the data were drawn from were chosen, then what else was.
"""

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator

import numpy as np

from benchmarks.measuring import names_of, spectra
from benchmarks.rows import Row
from cubeclust.fisher.models import MODELS, Model
from cubeclust.methods import METHODS
from cubeclust.runtime.progress import Silent

_K, _P, _N = 3, 20, 900
_PRIOR = (0.4, 0.35, 0.25)
_SPREAD = (8.0, 1.6)  # root mean square of the class means along the two axes
_NOISE = (0.25, 0.5, 1.0)
_VARIANCES = ((1.0, 0.5), (0.5, 1.1), (2.0, 1.0))  # of a class along the two axes
_SCALES = (0.5, 1.0, 2.0)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--models", type=names_of(MODELS), default=list(MODELS))


def run(options: Namespace) -> Iterator[Row]:
    for name in options.models:
        chosen = Counter(choice(draw(MODELS[name], seed)) for seed in range(options.draws))
        right_k = sum(count for (_, k), count in chosen.items() if k == _K)
        others = ", ".join(
            f"{model} {k} ({count})" for (model, k), count in chosen.most_common() if (model, k) != (name, _K)
        )
        yield {"drawn from": name, f"right of {options.draws}": chosen[name, _K], "right K": right_k, "else": others}


def choice(data: np.ndarray) -> tuple[str, int]:
    """Model and number of classes with the best ICL."""
    rows, best = spectra(data), {}
    shared = METHODS["fisher-em"].create(n_clusters=2).decompose(rows, device="cpu", cache_bytes=0)
    for k in range(2, 6):
        for name in MODELS:
            method = METHODS["fisher-em"].create(n_clusters=k, model=name, start="kmeans")
            best[name, k] = method.fit_decomposed(shared, seed=0, progress=Silent()).criteria.icl
    return max(best, key=best.get)


def draw(model: Model, seed: int) -> np.ndarray:
    """Data (900, 20) float32 of the model."""
    random = np.random.default_rng(seed)
    sizes = random.multinomial(_N, _PRIOR)
    axes = np.linalg.qr(random.standard_normal((_P, _P)))[0]
    means = _means(sizes / _N, random)
    scatter = _covariances(model, random)
    rows = []
    for k, size in enumerate(sizes):
        noise = np.sqrt(_NOISE[1] if model.common_noise else _NOISE[k]) * random.standard_normal((size, _P - 2))
        inside = random.multivariate_normal(means[k], scatter[k], size)
        rows.append(inside @ axes[:, :2].T + noise @ axes[:, 2:].T)
    return np.concatenate(rows).astype(np.float32)


def _means(prior: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Means (3, 2) whose covariance is diagonal with the squares of _SPREAD."""
    weights = np.sqrt(prior)[:, None]
    columns = np.column_stack([np.ones(_K), random.standard_normal((_K, 2))])
    return np.linalg.qr(weights * columns)[0][:, 1:] / weights * _SPREAD


def _covariances(model: Model, random: np.random.Generator) -> list[np.ndarray]:
    """D of each class: turned ellipses, ellipses along the axes, or circles."""
    if model.form == "spherical":
        scales = [1.0] * _K if model.common else _SCALES
        return [scale * np.eye(2) for scale in scales]
    if model.form == "diagonal":
        return [np.diag(_VARIANCES[0 if model.common else k]) * (1 if model.common else _SCALES[k]) for k in range(_K)]
    turned = [_turned(random) for _ in range(_K)]
    return [turned[0]] * _K if model.common else turned


def _turned(random: np.random.Generator) -> np.ndarray:
    axes = np.linalg.qr(random.standard_normal((2, 2)))[0]
    return axes @ np.diag([random.uniform(1.5, 2.0), random.uniform(0.2, 0.4)]) @ axes.T
