"""Wasserstein GEMINIs against gemclus 1.1.1, its pins, finite differences, scipy and closed forms."""

import numpy as np
import pytest
import torch
from gemclus.gemini import WassersteinGEMINI
from objectives import at_logits, objective, pinned, relative, softmax
from scipy.stats import wasserstein_distance
from sklearn.metrics import pairwise_distances

from cubeclust.divergences import wasserstein
from cubeclust.divergences.costs import COSTS
from cubeclust.divergences.entries import filled
from cubeclust.divergences.wasserstein import Wasserstein
from cubeclust.errors import InputError

PAIRS = ("ova", "ovo")
PINNED = ("euclidean", "manhattan")


def costs(data: np.ndarray, metric: str) -> np.ndarray:
    """Cost matrix (n, n) as the methods make it."""
    rows = torch.tensor(data)
    return filled(COSTS[metric](rows), len(rows), rows).numpy()


def ours(
    logits: np.ndarray, cost: np.ndarray, pairs: str, dtype: torch.dtype = torch.float64
) -> tuple[float, np.ndarray]:
    """Value and gradient at the logits."""
    return objective(logits, Wasserstein(cost), pairs, dtype)


def random_problem(seed: int, empty: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, k) and data (n, d)."""
    random = np.random.default_rng(seed)
    logits, data = 2 * random.standard_normal((60, 4)), random.standard_normal((60, 5))
    logits[:, 2] -= 60.0 * empty
    return logits, data


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan"])
@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("seed", range(3))
def test_equals_gemclus(metric: str, pairs: str, seed: int) -> None:
    logits, data = random_problem(seed)
    posterior, cost = softmax(logits), costs(data, metric)
    np.testing.assert_allclose(cost, pairwise_distances(data, metric=metric), atol=1e-12)
    peer = WassersteinGEMINI(ovo=pairs == "ovo", metric=metric)
    value, gradient = peer.evaluate(posterior, peer.compute_affinity(data), return_grad=True)
    expected = at_logits(posterior, gradient)
    found, found_gradient = ours(logits, cost, pairs)
    assert found == pytest.approx(float(value), rel=1e-10)
    assert relative(found_gradient, expected) < 1e-8
    single, single_gradient = ours(logits, cost, pairs, torch.float32)
    assert single == pytest.approx(float(value), rel=1e-5)
    assert relative(single_gradient, expected) < 1e-3


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("metric", PINNED)
@pytest.mark.parametrize("problem", range(3))
def test_equals_pins(metric: str, pairs: str, problem: int) -> None:
    value, gradient, given = pinned("gemini_others.npz", f"wasserstein_{metric}_{pairs}", problem)
    found, found_gradient = ours(given["logits"], costs(given["X"], metric), pairs)
    assert found == pytest.approx(value, rel=1e-10)
    assert relative(found_gradient, gradient) < 1e-8


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("metric", COSTS)
@pytest.mark.parametrize("empty", [False, True])
def test_gradient_is_that_of_the_value(pairs: str, metric: str, empty: bool) -> None:
    """Central differences in random directions: random weights are no degenerate problem."""
    logits, data = random_problem(7, empty)
    cost, step = costs(data, metric), 1e-6
    gradient = ours(logits, cost, pairs)[1]
    for direction in np.random.default_rng(0).standard_normal((5, *logits.shape)):
        upper, lower = (ours(logits + sign * step * direction, cost, pairs)[0] for sign in (1, -1))
        assert (gradient * direction).sum() == pytest.approx((upper - lower) / (2 * step), rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_on_a_line_it_is_the_distance_of_the_quantiles(seed: int) -> None:
    logits, data = random_problem(seed)
    x, posterior = data[:, 0], softmax(logits)
    weights = torch.tensor(posterior)
    distance = Wasserstein(costs(x[:, None], "euclidean"))
    between, to_all = distance.between(weights).numpy(), distance.to_all(weights).numpy()
    for a in range(4):
        assert to_all[a] == pytest.approx(wasserstein_distance(x, x, posterior[:, a]), rel=1e-6)
        for b in range(4):
            expected = wasserstein_distance(x, x, posterior[:, a], posterior[:, b])
            assert between[a, b] == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("metric", "distance"), [("euclidean", 5.0), ("sqeuclidean", 12.5), ("manhattan", 7.0)])
def test_two_points_by_hand(metric: str, distance: float) -> None:
    """Two certain clusters: between them the cost c of the points, to both c / 2; OvO = 2 c / 4, OvA = c / 2."""
    cost = costs(np.array([[0.0, 0.0], [3.0, 4.0]]), metric)
    logits = np.array([[500.0, -500.0], [-500.0, 500.0]])
    for pairs in PAIRS:
        assert ours(logits, cost, pairs)[0] == pytest.approx(distance / 2, rel=1e-6)


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_cluster_of_mass_zero_changes_nothing(pairs: str, dtype: torch.dtype) -> None:
    logits, data = random_problem(0)
    cost = costs(data, "euclidean")
    value, gradient = ours(logits, cost, pairs, dtype)
    more, more_gradient = ours(np.pad(logits, ((0, 0), (0, 1)), constant_values=-1000.0), cost, pairs, dtype)
    assert more == pytest.approx(value, rel=1e-6)
    np.testing.assert_allclose(more_gradient[:, :-1], gradient, rtol=1e-3, atol=1e-5 * np.abs(gradient).max())
    assert np.all(more_gradient[:, -1] == 0)


def test_single_cluster() -> None:
    logits, data = random_problem(0)
    assert ours(logits[:, :1], costs(data, "euclidean"), "ovo")[0] == 0
    assert ours(logits[:, :1], costs(data, "euclidean"), "ova")[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.filterwarnings("ignore:numItermax:UserWarning")
def test_solver_that_ends_early_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    logits, data = random_problem(0)
    monkeypatch.setattr(wasserstein, "_PIVOTS", 3)
    with pytest.raises(InputError, match="did not end"):
        ours(logits, costs(data, "euclidean"), "ovo")
