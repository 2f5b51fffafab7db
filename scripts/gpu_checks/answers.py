"""What the GPU computes in the precision that users have, against what the CPU computes."""

import warnings
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec

import numpy as np
import torch
from sklearn.metrics import adjusted_rand_score

from benchmarks.measuring import fit, made
from benchmarks.moving_spectra import moving_spectra, velocities
from cubeclust.methods import METHODS
from gpu_checks.objectives import DIVERGENCES, value_and_gradient
from gpu_checks.rows import Check, Row, Setup, at_least, at_most

_N_WAVE, _CLUSTERS = 321, 11
_SAME = 1e-5  # relative difference of objectives and gradients
_BATCH = 64  # spectra of exact transports
_SETTINGS = {
    "usd": {"max_iter": 60, "n_starts": 1},
    "wasserstein": {"max_iter": 5, "batch_size": _BATCH, "n_starts": 1},
    "fisher-em": {"n_starts": 1},
}
_USUAL = {"max_iter": 200, "n_starts": 1}
_BRIEF = {"max_iter": 20, "n_starts": 1}


def checks(setup: Setup) -> Iterator[Check]:
    """Objectives, gradients, labels and velocities."""
    for name in DIVERGENCES:
        yield name, partial(objectives, setup, name)
    for name, method in METHODS.items():
        if method.load().uses_gpu:
            yield name, partial(labels, setup, name)
    yield "velocities", lambda: same_velocities(setup)


def objectives(setup: Setup, name: str) -> Iterator[Row]:
    """Value and gradient at the logits in float32, of clusters that overlap."""
    if name == "Wasserstein" and find_spec("ot") is None:
        yield Row("left out", "POT is not installed")
        return
    n = _BATCH if name == "Wasserstein" else setup.size(2000, 300)
    data = made(n, _N_WAVE, _CLUSTERS, "cpu")
    random = torch.Generator().manual_seed(0)
    logits = data @ torch.randn(_N_WAVE, _CLUSTERS, generator=random)
    logits *= 3 / logits.std()
    for pairs in ("ova", "ovo"):
        here, there = (
            value_and_gradient(name, pairs, data.to(each), logits.to(each)) for each in ("cpu", setup.device)
        )
        yield at_most(f"{pairs}, objective: relative difference", abs(there[0] / here[0] - 1), _SAME)
        yield at_most(f"{pairs}, gradient: relative difference", relative(there[1].cpu(), here[1]), _SAME)


def relative(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Norm of the difference over that of what is expected."""
    return float(torch.linalg.vector_norm((found - expected).double()) / torch.linalg.vector_norm(expected.double()))


def labels(setup: Setup, name: str) -> Iterator[Row]:
    """Agreement of two fits from one seed, and whether torch knows of an operation that does not repeat."""
    kind = name.removesuffix("-ova").removesuffix("-ovo")
    if kind == "wasserstein" and find_spec("ot") is None:
        yield Row("left out", "POT is not installed")
        return
    flux = made(setup.size(2000, 300), _N_WAVE, _CLUSTERS, "cpu").numpy()
    brief = _BRIEF if setup.small else {}
    method = METHODS[name].create(n_clusters=_CLUSTERS, **_SETTINGS.get(kind, _USUAL) | brief)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        here, there = (fit(method, flux, each) for each in ("cpu", setup.device))
    yield at_least("labels: adjusted Rand index", float(adjusted_rand_score(here.labels, there.labels)), 0.99)
    loose = sorted({str(each.message)[:80] for each in caught if "deterministic" in str(each.message)})
    if loose:
        yield Row("operations that do not repeat", "; ".join(loose), passed=False)


def same_velocities(setup: Setup) -> Iterator[Row]:
    """Of a simulated galaxy, where gas or stars are seen."""
    spectra = moving_spectra(setup.size(40, 20), setup.size(3592, 1600))
    here, there = (velocities(spectra, each) for each in ("cpu", setup.device))
    for tracer in ("gas", "stars"):
        seen = getattr(here, f"{tracer}_snr") > 5
        off = np.abs(getattr(there, tracer) - getattr(here, tracer))[seen]
        yield at_most(f"{tracer}: median difference", float(np.median(off)), 0.05, "km/s")
        yield at_least(f"{tracer}: share within 0.5 km/s", float((off < 0.5).mean()), 0.99)
