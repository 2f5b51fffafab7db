"""Sinkhorn divergences against a Newton solve, exact transport, the MMD limit, and hard data."""

import gc
import weakref

import numpy as np
import ot
import pytest
import torch
from objectives import REFERENCE, objective, relative

from cubeclust.divergences import gram
from cubeclust.divergences.costs import COSTS, Cost
from cubeclust.divergences.gemini import gemini
from cubeclust.divergences.log_sums import KernelSums, LogarithmSums
from cubeclust.divergences.usd import SinkhornDivergence

PINS = np.load(REFERENCE / "sinkhorn.npz")
METRIC = {1: "euclidean", 2: "sqeuclidean"}


def cost(data: np.ndarray, metric: str, dtype: torch.dtype = torch.float64) -> Cost:
    points = torch.tensor(data, dtype=dtype)
    return Cost.of(COSTS[metric](points), len(points), points)


def divergence(
    data: np.ndarray, metric: str, epsilon: float, *, tolerance: float = 1e-9, dtype: torch.dtype = torch.float64
) -> SinkhornDivergence:
    """Epsilon in units of the mean cost."""
    own = cost(data, metric, dtype)
    return SinkhornDivergence(own.over(own.mean), epsilon, tolerance=tolerance, max_steps=20000)


def problem(kind: str = "plain", n: int = 200, d: int = 20, k: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping groups (n, d) and logits (n, k) that follow them loosely."""
    random = np.random.default_rng(3)
    centers, labels = 3 * random.standard_normal((k, d)), random.integers(0, k, n)
    data, logits = centers[labels] + random.standard_normal((n, d)), 2 * random.standard_normal((n, k))
    logits[np.arange(n), labels] += 2
    match kind:
        case "outlier":
            data[7] *= 1e3
        case "duplicates":
            data[n // 2 :] = data[: n // 2]
        case "empty":
            logits[:, 2] = -200
        case "hard":
            logits *= 60
        case "far group":
            data[: n // 10] += 300
    return data, logits


def centered(gradients: np.ndarray) -> np.ndarray:
    """Gradients (pairs, n) with respect to masses are defined up to a constant."""
    return gradients - gradients.mean(axis=1, keepdims=True)


@pytest.mark.parametrize("blur", [0.5, 0.1])
@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("case", [0, 1])
def test_values_and_gradients_equal_the_newton_solve(case: int, p: int, blur: float) -> None:
    """Every pair and each cluster against all; epsilon from 0.1 to 15 % of the mean cost."""
    data, pairs = PINS[f"X_{case}"], PINS[f"pairs_{case}"]
    measure = SinkhornDivergence(cost(data, METRIC[p]), blur**p, tolerance=2e-10, max_steps=20000)
    posterior = torch.tensor(PINS[f"P_{case}"])
    expected = PINS[f"val_p{p}_blur{blur}_{case}"]
    to_all = measure.to_all(posterior).numpy()
    np.testing.assert_allclose(to_all, expected[10:], rtol=1e-9)
    potentials = {"ova": measure.potentials}
    between = measure.between(posterior).numpy()
    np.testing.assert_allclose(between[pairs[:10, 0], pairs[:10, 1]], expected[:10], rtol=1e-9)
    potentials["ovo"] = measure.potentials
    first, second = pairs.T
    for side, clusters in (("a", first), ("b", np.where(second < 0, 5, second))):
        gradients = PINS[f"grad_{side}_p{p}_blur{blur}_{case}"]
        for name, rows in (("ovo", slice(0, 10)), ("ova", slice(10, 15))):
            pairwise = getattr(potentials[name], {"a": "first", "b": "second"}[side])
            found = blur**p * (pairwise - potentials[name].own[clusters[rows]]).numpy()
            for one, other in zip(centered(found), centered(gradients[rows]), strict=True):
                assert relative(one, other) <= 1e-7


@pytest.mark.parametrize("metric", COSTS)
def test_divergence_of_a_distribution_with_itself_is_0_and_pairs_are_symmetric(metric: str) -> None:
    data, logits = problem()
    logits[:, 1] = logits[:, 0]
    values = divergence(data, metric, 0.1).between(torch.softmax(torch.tensor(logits), dim=1)).numpy()
    assert abs(values[0, 1]) < 1e-12
    assert np.array_equal(values, values.T)
    assert (values.diagonal() == 0).all()
    assert (values[2:, :2] > 1e-4).all()


def test_small_epsilon_tends_to_exact_transport() -> None:
    data, logits = problem(n=60, d=3)
    posterior = torch.softmax(torch.tensor(logits), dim=1)
    masses = (posterior / posterior.sum(dim=0)).double().numpy()
    own = cost(data, "euclidean")
    matrix = ot.dist(data, data, "euclidean")
    exact = ot.emd2(masses[:, 0].copy(), masses[:, 1].copy(), matrix)
    errors = []
    for epsilon in (0.1, 0.03, 0.01):
        measure = SinkhornDivergence(own, epsilon * own.mean, tolerance=1e-8, max_steps=20000)
        errors.append(abs(measure.between(posterior)[0, 1].item() / exact - 1))
    assert errors[2] < errors[1] < errors[0]
    assert errors[2] < 0.03


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("metric", COSTS)
def test_large_epsilon_tends_to_the_mmd_of_minus_the_cost(metric: str, dtype: torch.dtype) -> None:
    """Feydy et al. 2019, Theorem 1: half the squared MMD with kernel -C; held although float32 knows exp(-C / epsilon)
    to some digits only."""
    data, logits = problem()
    posterior = torch.softmax(torch.tensor(logits, dtype=dtype), dim=1)
    own = cost(data, metric)
    matrix = own.entries(slice(0, own.n), slice(0, own.n)).numpy() / own.mean
    masses = posterior.double().numpy() / posterior.double().numpy().sum(axis=0)
    gaps = masses[:, :, None] - masses[:, None, :]
    expected = -np.einsum("iab,ij,jab->ab", gaps, matrix, gaps) / 2
    found = divergence(data, metric, 1e4, tolerance=1e-5, dtype=dtype).between(posterior).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-12)


@pytest.mark.parametrize("pairs", ["ova", "ovo"])
@pytest.mark.parametrize("epsilon", [0.02, 0.25])
def test_blocks_change_nothing(pairs: str, epsilon: float, monkeypatch: pytest.MonkeyPatch) -> None:
    data, logits = problem()
    whole = objective(logits, divergence(data, "euclidean", epsilon), pairs, torch.float64)
    monkeypatch.setitem(gram.SIDE, "cpu", 64)
    parts = objective(logits, divergence(data, "euclidean", epsilon), pairs, torch.float64)
    assert parts[0] == pytest.approx(whole[0], rel=1e-9)
    assert relative(parts[1], whole[1]) < 1e-7


@pytest.mark.parametrize("kind", ["plain", "outlier", "duplicates", "far group"])
def test_kernel_and_logarithms_give_the_same_sums(kind: str) -> None:
    data, logits = problem(kind)
    own = cost(data, "sqeuclidean")
    own = own.over(own.mean)
    logs = torch.log_softmax(torch.tensor(logits).T, dim=1)
    for epsilon in (1e4, 1.0, 0.2, 0.02):
        kernel = KernelSums.fitting(own, epsilon, torch.float64, cache_bytes=0, say=print)
        assert kernel is not None or (kind, epsilon) == ("far group", 0.02)
        if kernel is not None:
            exact = LogarithmSums(own, epsilon, 0, print)(logs)
            np.testing.assert_allclose(kernel(logs), exact, rtol=1e-12, atol=1e-10)


def test_outlier_is_summed_in_logarithms_and_the_others_by_the_kernel() -> None:
    """In float32 as well, at a distance whose kernel entries underflow."""
    data, logits = problem("outlier")
    own = cost(data, "sqeuclidean", torch.float32)
    own = own.over(own.mean)
    said: list[str] = []
    kernel = KernelSums.fitting(own, 0.02, torch.float32, cache_bytes=0, say=said.append)
    assert kernel is not None
    assert kernel.far.tolist() == [7]
    assert said == ["1 spectra are far from all others: their transport is summed in logarithms"]
    logs = torch.log_softmax(torch.tensor(logits).T, dim=1)
    exact = LogarithmSums(own, 0.02, 0, print)(logs)
    np.testing.assert_allclose(kernel(logs), exact, rtol=1e-6, atol=1e-5)


def test_outliers_beside_each_other_count_once_in_each_others_sums() -> None:
    data, logits = problem("outlier")
    data[8] = data[7] + 0.01
    own = cost(data, "sqeuclidean", torch.float32)
    own = own.over(own.mean)
    kernel = KernelSums.fitting(own, 0.02, torch.float32, cache_bytes=0, say=print)
    assert kernel is not None
    assert kernel.far.tolist() == [7, 8]
    logs = torch.log_softmax(torch.tensor(logits), dim=0).T.contiguous()
    np.testing.assert_allclose(kernel(logs), LogarithmSums(own, 0.02, 0, print)(logs), rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize("epsilon", [1e4, 10.0, 1.0, 0.25, 0.05])
@pytest.mark.parametrize("kind", ["plain", "outlier", "duplicates", "empty", "hard", "far group"])
def test_float32_at_the_default_tolerance_is_right_to_a_hundredth(kind: str, epsilon: float) -> None:
    data, logits = problem(kind)
    truth = objective(logits, divergence(data, "euclidean", epsilon, tolerance=1e-8), "ovo", torch.float64)
    measure = divergence(data, "euclidean", epsilon, tolerance=1e-4, dtype=torch.float32)
    found = objective(logits, measure, "ovo", torch.float32)
    assert measure.figures()["marginal_error"] <= 1e-4
    assert found[0] == pytest.approx(truth[0], rel=1e-4)
    assert relative(found[1], truth[1]) < 1e-2


def test_epsilon_far_below_the_costs_is_solved_in_logarithms() -> None:
    """1e-4 of the mean cost: near the exact transport of the labels, where a kernel would be 0."""
    data, logits = problem("hard", n=60, d=3)
    own = cost(data, "euclidean", torch.float32)
    said: list[str] = []
    measure = SinkhornDivergence(own, 1e-4 * own.mean, tolerance=1e-2, max_steps=3000, say=said.append)
    posterior = torch.softmax(torch.tensor(logits), dim=1)
    masses = (posterior / posterior.sum(dim=0)).double().numpy()
    exact = ot.emd2(masses[:, 0].copy(), masses[:, 1].copy(), ot.dist(data, data, "euclidean"))
    assert measure.between(posterior)[0, 1].item() == pytest.approx(exact, rel=2e-3)
    assert "too small against the costs for a kernel" in said[0]


@pytest.mark.parametrize("pairs", ["ova", "ovo"])
def test_gradient_of_the_objective_passes_gradcheck(pairs: str) -> None:
    data, logits = problem(n=30, d=4, k=3)
    measure = divergence(data, "euclidean", 0.2, tolerance=1e-12)
    leaf = torch.tensor(logits, requires_grad=True)
    assert torch.autograd.gradcheck(lambda z: gemini(torch.softmax(z, dim=1), measure, pairs), leaf, atol=1e-8)


def test_solve_from_the_last_potentials_takes_fewer_steps_to_the_same_value() -> None:
    data, logits = problem()
    measure = divergence(data, "euclidean", 0.1, tolerance=1e-6)
    measure.between(torch.softmax(torch.tensor(logits), dim=1))
    cold = measure.figures()["sinkhorn_steps"]
    nearby = torch.softmax(torch.tensor(logits + 1e-3), dim=1) * torch.tensor(1 + 1e-4 * logits)
    found = measure.between(nearby)
    assert measure.figures()["sinkhorn_steps"] < cold
    torch.testing.assert_close(found, divergence(data, "euclidean", 0.1).between(nearby), rtol=1e-6, atol=1e-12)


def test_two_outliers_that_only_their_own_pair_takes_out_of_range_cost_no_others_the_kernel() -> None:
    data, _ = problem()
    data[[7, 8]] += 100
    own = cost(data, "euclidean", torch.float32)
    kernel = KernelSums.fitting(own.over(own.mean), 0.1, torch.float32, cache_bytes=0, say=print)
    assert kernel is not None
    assert kernel.far.tolist() == [7, 8]


@pytest.mark.parametrize("sums", [KernelSums, LogarithmSums])
def test_memory_that_runs_out_leads_to_smaller_blocks(sums: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first look at the kernel on; the sums stay what they are."""
    data, logits = problem("outlier")
    own = cost(data, "sqeuclidean")
    own, logs, said = own.over(own.mean), torch.log_softmax(torch.tensor(logits).T, dim=1), []
    whole = gram.Gram._block

    def made() -> torch.Tensor:
        if sums is KernelSums:
            return KernelSums.fitting(own, 0.2, torch.float64, cache_bytes=10**9, say=said.append)(logs)
        return LogarithmSums(own, 0.2, 10**9, said.append)(logs)

    def scarce(self: gram.Gram, rows: slice, columns: slice) -> torch.Tensor:
        if self.side > 128:
            raise torch.OutOfMemoryError("no room")
        return whole(self, rows, columns)

    expected = made()
    said.clear()
    monkeypatch.setattr(gram.Gram, "_block", scarce)
    torch.testing.assert_close(made(), expected, rtol=1e-12, atol=1e-12)
    assert any("smaller blocks" in sentence for sentence in said)


def test_three_clusters_against_all_and_each_other_are_solved_one_after_the_other() -> None:
    """Three pairs in either case, of four distributions and of three."""
    data, logits = problem(k=3)
    posterior = torch.softmax(torch.tensor(logits), dim=1)
    measure = divergence(data, "euclidean", 0.2)
    to_all = measure.to_all(posterior)
    between = measure.between(posterior)
    torch.testing.assert_close(between, divergence(data, "euclidean", 0.2).between(posterior), rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(measure.to_all(posterior), to_all, rtol=1e-9, atol=1e-12)


def test_equal_points_are_at_distance_0() -> None:
    """As those of a batch that holds one spectrum several times, whose mean cost is 0."""
    own = cost(np.ones((4, 3)), "euclidean").over(2.0)
    measure = SinkhornDivergence(own, 0.25, tolerance=1e-9, max_steps=100)
    posterior = torch.softmax(torch.tensor(problem(n=4)[1]), dim=1)
    assert measure.between(posterior).abs().max() < 1e-12
    assert measure.figures()["marginal_error"] <= 1e-9


def test_solve_that_ends_too_early_says_how_far_it_came() -> None:
    data, logits = problem()
    own = cost(data, "euclidean")
    measure = SinkhornDivergence(own, 0.1 * own.mean, tolerance=1e-9, max_steps=3)
    assert measure.figures() == {}
    with pytest.warns(RuntimeWarning, match="after 3 Sinkhorn steps .* above the tolerance 1e-09") as caught:
        measure.between(torch.softmax(torch.tensor(logits), dim=1))
    assert [warning.filename for warning in caught] == [__file__]
    figures = measure.figures()
    assert figures["sinkhorn_steps"] == 3
    assert 1e-9 < figures["marginal_error"] < 1


def test_cost_knows_its_mean_and_its_offsets() -> None:
    """For |x - y|^2 / 2 what the offsets leave is minus the product of the centered points."""
    data, _ = problem()
    own = cost(data + 50, "sqeuclidean")
    matrix = ((data[:, None] - data) ** 2).sum(axis=2) / 2
    assert own.mean == pytest.approx(matrix.sum() / (200 * 199), rel=1e-12)
    offsets = own.offsets.numpy()
    shifted = data - data.mean(axis=0)
    np.testing.assert_allclose(offsets[:, None] + offsets - matrix, shifted @ shifted.T, atol=1e-9)


def test_sums_that_nobody_needs_free_their_kernel_at_once() -> None:
    """Minibatches make one after the other; a cycle of references would hold all of them."""
    data, _ = problem()
    own = cost(data, "euclidean")
    gc.disable()
    try:
        sums = KernelSums.fitting(own, own.mean, torch.float64, cache_bytes=10**9, say=print)
        kept = weakref.ref(sums.gram)
        del sums
        assert kept() is None
    finally:
        gc.enable()
