"""KL, Hellinger and TV GEMINIs against gemclus 1.1.1, its pins, finite differences and closed forms."""

import numpy as np
import pytest
import torch
from gemclus.gemini import KLGEMINI, TVGEMINI, HellingerGEMINI
from objectives import at_logits, objective, pinned, relative, softmax
from scipy.stats import entropy
from test_mmd import random_problem

from cubeclust.divergences.f_divergences import F_DIVERGENCES
from cubeclust.divergences.gemini import gemini

PAIRS = ("ova", "ovo")
PEERS = {"kl": KLGEMINI, "hellinger": HellingerGEMINI, "tv": TVGEMINI}


def ours(logits: np.ndarray, name: str, pairs: str, dtype: torch.dtype = torch.float64) -> tuple[float, np.ndarray]:
    """Value and gradient at the logits."""
    return objective(logits, F_DIVERGENCES[name](), pairs, dtype)


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("case", ["plain", "empty", "duplicated"])
@pytest.mark.parametrize("name", F_DIVERGENCES)
@pytest.mark.parametrize("seed", range(3))
def test_equals_gemclus(name: str, case: str, pairs: str, seed: int) -> None:
    logits, _ = random_problem(seed, case)
    value, gradient = PEERS[name](ovo=pairs == "ovo").evaluate(softmax(logits), None, return_grad=True)
    expected = at_logits(softmax(logits), gradient)
    found, found_gradient = ours(logits, name, pairs)
    assert found == pytest.approx(float(value), rel=1e-9)
    assert relative(found_gradient, expected) < 1e-9
    single, single_gradient = ours(logits, name, pairs, torch.float32)
    assert single == pytest.approx(float(value), rel=1e-5)
    assert relative(single_gradient, expected) < 1e-5


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("name", F_DIVERGENCES)
@pytest.mark.parametrize("problem", range(3))
def test_equals_pins(name: str, pairs: str, problem: int) -> None:
    value, gradient, given = pinned("gemini_others.npz", f"{name}_{pairs}", problem)
    found, found_gradient = ours(given["logits"], name, pairs)
    assert found == pytest.approx(value, rel=1e-12)
    assert relative(found_gradient, gradient) < 1e-11


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("name", F_DIVERGENCES)
def test_gradient_is_that_of_the_value(name: str, pairs: str) -> None:
    logits = torch.tensor(np.random.default_rng(1).standard_normal((12, 3)), requires_grad=True)
    divergence = F_DIVERGENCES[name]()
    assert torch.autograd.gradcheck(lambda z: gemini(torch.softmax(z, dim=1), divergence, pairs), logits)


def test_mutual_information_from_entropies() -> None:
    """I = H(y) - H(y|x)."""
    logits, _ = random_problem(0, "plain")
    posterior = softmax(logits)
    expected = entropy(posterior.mean(axis=0)) - entropy(posterior, axis=1).mean()
    assert ours(logits, "kl", "ova")[0] == pytest.approx(expected, rel=1e-12)


def test_one_against_one_is_the_symmetric_kl() -> None:
    """Table 1: E_x[KL(p(y|x) || p(y)) + KL(p(y) || p(y|x))]."""
    logits, _ = random_problem(1, "plain")
    posterior = softmax(logits)
    prior = posterior.mean(axis=0)
    expected = np.mean([entropy(row, prior) + entropy(prior, row) for row in posterior])
    assert ours(logits, "kl", "ovo")[0] == pytest.approx(expected, rel=1e-12)


def test_one_against_one_is_the_variance_of_the_root() -> None:
    """Table 1: E_x[Var_y sqrt(p(y|x) / p(y))]."""
    logits, _ = random_problem(2, "plain")
    posterior = softmax(logits)
    prior = posterior.mean(axis=0)
    root = np.sqrt(posterior / prior)
    expected = np.mean((root**2) @ prior - (root @ prior) ** 2)
    assert ours(logits, "hellinger", "ovo")[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "ova", "ovo"),
    [("kl", np.log(4), None), ("hellinger", 1 - 0.5, 0.75), ("tv", 0.75, 0.75)],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_certain_clusters_of_equal_size(name: str, ova: float, ovo: float | None, dtype: torch.dtype) -> None:
    """Posteriors of exactly 0 and 1, k = 4: log k; 1 - k^-1/2; 1 - 1/k; disjoint clusters at 1, in 12 pairs of 16."""
    logits = np.where(np.arange(40)[:, None] % 4 == np.arange(4), 500.0, -500.0)
    value, gradient = ours(logits, name, "ova", dtype)
    assert value == pytest.approx(ova, rel=1e-5)
    assert np.all(gradient == 0)
    value, gradient = ours(logits, name, "ovo", dtype)
    assert np.isfinite(gradient).all()
    assert np.isfinite(value) if ovo is None else value == pytest.approx(ovo, rel=1e-5)


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("name", F_DIVERGENCES)
def test_cluster_of_mass_zero_changes_nothing(name: str, pairs: str) -> None:
    logits, _ = random_problem(0, "plain")
    value, gradient = ours(logits, name, pairs, torch.float32)
    more, more_gradient = ours(np.pad(logits, ((0, 0), (0, 1)), constant_values=-1000.0), name, pairs, torch.float32)
    assert more == pytest.approx(value, rel=1e-6)
    np.testing.assert_allclose(more_gradient[:, :-1], gradient, rtol=1e-4, atol=1e-6 * np.abs(gradient).max())
    assert np.all(more_gradient[:, -1] == 0)


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("name", F_DIVERGENCES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_equal_distributions_are_at_distance_zero(name: str, pairs: str, dtype: torch.dtype) -> None:
    value, gradient = ours(np.tile([0.3, -1.0, 2.0, 0.0], (40, 1)), name, pairs, dtype)
    assert value == pytest.approx(0, abs=1e-6)
    assert np.isfinite(gradient).all()


def test_blocks_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    logits, _ = random_problem(5, "plain")
    whole = ours(logits, "tv", "ovo")
    monkeypatch.setattr("cubeclust.divergences.f_divergences._ROWS", 7)
    parts = ours(logits, "tv", "ovo")
    assert parts[0] == pytest.approx(whole[0], rel=1e-13)
    np.testing.assert_allclose(parts[1], whole[1], rtol=1e-10, atol=1e-15)
