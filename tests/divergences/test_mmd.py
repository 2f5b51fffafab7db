"""MMD GEMINIs against gemclus 1.1.1, its pins, finite differences and closed forms."""

import numpy as np
import pytest
import torch
from gemclus.gemini import MMDGEMINI
from objectives import at_logits, objective, pinned, relative, softmax

from cubeclust.divergences.gemini import gemini
from cubeclust.divergences.kernels import KERNELS, Kernel
from cubeclust.divergences.mmd import mmd

PAIRS = ("ova", "ovo")
LINEAR = Kernel("linear")
PINNED = {"linear": "linear", "rbf": "rbf", "polynomial": "poly", "laplacian": "laplacian"}  # name here -> in the pins


def ours(
    logits: np.ndarray, data: np.ndarray, pairs: str, dtype: torch.dtype, kernel: Kernel = LINEAR, **options: object
) -> tuple[float, np.ndarray]:
    """Value and gradient at the logits."""
    return objective(logits, mmd(torch.tensor(data, dtype=dtype), kernel, **options), pairs, dtype)


def random_problem(seed: int, case: str) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, k) and data (n, d)."""
    random = np.random.default_rng(seed)
    n, d, k = 150, 30, 6
    logits, data = 2 * random.standard_normal((n, k)), random.standard_normal((n, d))
    if case in ("empty", "empty and duplicated"):
        logits[:, 2] = -60.0
    if case in ("duplicated", "empty and duplicated"):
        logits[:, 4] = logits[:, 1]
    return logits, data


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("case", ["plain", "empty", "duplicated", "empty and duplicated"])
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")  # in gemclus
def test_equals_gemclus(pairs: str, case: str, kernel: str, seed: int) -> None:
    """The distance of equal clusters is 0 here and the root of a rounding error in gemclus, 1e-8 of the value."""
    tolerance = 1e-7 if "duplicated" in case and pairs == "ovo" else 1e-10
    logits, data = random_problem(seed, case)
    posterior, peer = softmax(logits), MMDGEMINI(ovo=pairs == "ovo", kernel=kernel)
    value, gradient = peer.evaluate(posterior, peer.compute_affinity(data), return_grad=True)
    expected = at_logits(posterior, gradient)
    found, found_gradient = ours(logits, data, pairs, torch.float64, Kernel(kernel))
    assert found == pytest.approx(float(value), rel=tolerance)
    assert relative(found_gradient, expected) < tolerance
    single, single_gradient = ours(logits, data, pairs, torch.float32, Kernel(kernel))
    assert single == pytest.approx(float(value), rel=1e-4)
    assert relative(single_gradient, expected) < 1e-4


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("kernel", PINNED)
@pytest.mark.parametrize("problem", range(3))
def test_equals_pins(pairs: str, kernel: str, problem: int) -> None:
    name = f"mmd_{PINNED[kernel]}_{pairs}"
    value, gradient, given = pinned("gemini_mmd.npz", name, problem)
    found, found_gradient = ours(given["logits"], given["X"], pairs, torch.float64, Kernel(kernel))
    assert found == pytest.approx(value, rel=1e-10)
    assert relative(found_gradient, gradient) < 1e-10


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_gradient_is_that_of_the_value(pairs: str, kernel: str) -> None:
    random = np.random.default_rng(1)
    data = torch.tensor(random.standard_normal((12, 4)))
    logits = torch.tensor(random.standard_normal((12, 3)), requires_grad=True)
    divergence = mmd(data, Kernel(kernel))
    assert torch.autograd.gradcheck(lambda z: gemini(torch.softmax(z, dim=1), divergence, pairs), logits)


@pytest.mark.parametrize("pairs", PAIRS)
def test_linear_kernel_by_either_road(pairs: str) -> None:
    """The road without K and that with K = X X^T as a matrix given give the same."""
    logits, data = random_problem(3, "plain")
    value, gradient = ours(logits, data, pairs, torch.float64)
    given, given_gradient = ours(logits, data, pairs, torch.float64, matrix=data @ data.T)
    assert given == pytest.approx(value, rel=1e-12)
    assert relative(given_gradient, gradient) < 1e-12


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kernel", ["rbf", "laplacian"])
def test_equal_distributions_are_at_distance_zero(kernel: str, dtype: torch.dtype) -> None:
    """Kernels with k(x, x) = 1: I = 0, and |dI/dp(y|x_i)| is at most sqrt(k(x, x)) / n = 1 / n; none for OvO."""
    data = np.random.default_rng(2).standard_normal((40, 5))
    value, gradient = ours(np.zeros((40, 4)), data, "ova", dtype, Kernel(kernel))
    assert abs(value) < 1e-7
    assert np.abs(gradient).max() <= 1 / 40
    value, gradient = ours(np.zeros((40, 4)), data, "ovo", dtype, Kernel(kernel))
    assert value == 0
    assert np.all(gradient == 0)


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_equal_distributions_have_a_subgradient(pairs: str, dtype: torch.dtype) -> None:
    """With one posterior for all rows every p(x|y) is p(x): I = 0 and dI/dp(y|x_i) = u (x_i - mean) / n, |u| <= 1."""
    data = np.random.default_rng(2).standard_normal((40, 5))
    value, gradient = ours(np.zeros((40, 4)), data, pairs, dtype)
    assert abs(value) < 1e-7
    bound = np.linalg.norm(data - data.mean(axis=0), axis=1).max() / 40
    assert np.abs(gradient).max() <= bound * (1 + 1e-5)
    if pairs == "ovo":  # identical columns of the posterior give identical means
        assert np.all(gradient == 0)


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("kernel", ["linear", "rbf"])
def test_cluster_of_mass_zero_changes_nothing(pairs: str, kernel: str) -> None:
    """A posterior that underflows to exactly 0 counts for nothing, and every other gradient stays."""
    logits, data = random_problem(0, "plain")
    value, gradient = ours(logits, data, pairs, torch.float32, Kernel(kernel))
    with_empty = np.concatenate([logits, np.full((len(logits), 1), -1000.0)], axis=1)
    value_empty, gradient_empty = ours(with_empty, data, pairs, torch.float32, Kernel(kernel))
    assert value_empty == pytest.approx(value, rel=1e-6)
    np.testing.assert_allclose(gradient_empty[:, :-1], gradient, rtol=1e-4, atol=1e-7 * np.abs(gradient).max())
    assert np.all(gradient_empty[:, -1] == 0)


def test_two_points_by_hand() -> None:
    """Two certain clusters at +-1: prior 1/2 each; OvA = 1/2 + 1/2; OvO = 2 * 1/4 * 2."""
    data = np.array([[1.0], [-1.0]])
    logits = np.array([[500.0, -500.0], [-500.0, 500.0]])
    assert ours(logits, data, "ova", torch.float64)[0] == pytest.approx(1.0, rel=1e-12)
    assert ours(logits, data, "ovo", torch.float64)[0] == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("pairs", PAIRS)
def test_blocks_add_up(pairs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    logits, data = random_problem(5, "plain")
    whole = ours(logits, data, pairs, torch.float64)
    monkeypatch.setattr("cubeclust.divergences.embedding._ROWS", 7)
    parts = ours(logits, data, pairs, torch.float64)
    assert parts[0] == pytest.approx(whole[0], rel=1e-13)
    np.testing.assert_allclose(parts[1], whole[1], rtol=1e-10, atol=1e-15)
