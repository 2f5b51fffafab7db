"""The batched engine beside geomloss, an independent one."""

import sys

import numpy as np
import pytest
import torch
from objectives import objective, relative
from test_usd import divergence, problem

from cubeclust.divergences import geomloss_peer
from cubeclust.divergences.costs import COSTS, Cost
from cubeclust.divergences.geomloss_peer import GeomlossDivergence
from cubeclust.errors import InputError


def peer(data: np.ndarray, metric: str, epsilon: float, scaling: float) -> GeomlossDivergence:
    """In units of the mean cost, as `divergence`."""
    points = torch.tensor(data)
    mean = Cost.of(COSTS[metric](points), len(points), points).mean
    return GeomlossDivergence(points, metric, mean, epsilon, backend="tensorized", scaling=scaling)


@pytest.mark.parametrize("pairs", ["ova", "ovo"])
@pytest.mark.parametrize("metric", geomloss_peer.EXPONENTS)
def test_both_engines_agree_where_epsilon_is_about_the_mean_cost(metric: str, pairs: str) -> None:
    """geomloss's own error falls as its scaling goes to 1; at 0.99 it is under a thousandth here."""
    data, logits = problem(n=120)
    truth = objective(logits, divergence(data, metric, 1.0), pairs, torch.float64)
    errors = []
    for scaling in (0.5, 0.9, 0.99):
        found = objective(logits, peer(data, metric, 1.0, scaling), pairs, torch.float64)
        errors.append(abs(found[0] / truth[0] - 1))
    assert errors[2] < 1e-3
    assert errors[2] < errors[0]
    assert relative(found[1], truth[1]) < 1e-2


def test_metric_that_geomloss_does_not_know_is_refused() -> None:
    with pytest.raises(InputError, match="geomloss knows the metrics euclidean and sqeuclidean"):
        GeomlossDivergence(torch.ones(3, 2), "cosine", 1.0, 0.1, backend="tensorized", scaling=0.5)


def test_online_without_its_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pykeops", None)
    with pytest.raises(InputError, match="needs the package pykeops"):
        GeomlossDivergence(torch.ones(3, 2), "euclidean", 1.0, 0.1, backend="online", scaling=0.5)


def test_online_that_cannot_compile_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """geomloss without pykeops fails with a NameError in the middle of its loop."""
    monkeypatch.setattr("cubeclust.runtime.packages.find_spec", lambda name: "there")

    def broken(self: object, *arguments: object) -> None:
        raise NameError("name 'generic_logsumexp' is not defined")

    monkeypatch.setattr("geomloss.SamplesLoss.forward", broken)
    with pytest.raises(InputError, match="pykeops cannot compute here"):
        GeomlossDivergence(torch.ones(3, 2), "euclidean", 1.0, 0.1, backend="online", scaling=0.5)
