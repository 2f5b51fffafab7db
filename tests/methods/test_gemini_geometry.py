"""What a divergence knows of the data decides what its GEMINI finds (Ohl et al. 2022, sections 4.1 and 4.3)."""

import numpy as np
import pytest
import torch
from sklearn.datasets import make_moons
from sklearn.metrics import adjusted_rand_score, pairwise_distances
from test_baselines import plane
from test_combinators import fit

from cubeclust.divergences.geodesic import geodesic
from cubeclust.errors import InputError
from cubeclust.methods import METHODS
from cubeclust.runtime.progress import Silent


class Heard(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, sentence: str) -> None:
        self.said.append(sentence)


@pytest.mark.parametrize("seed", range(3))
def test_free_posterior_finds_groups_by_mmd_and_not_by_mutual_information(seed: int) -> None:
    """Section 4.1: 100 samples of three Gaussians, a categorical distribution for each."""
    spectra, truth = plane(100, seed, sizes=(1 / 3, 1 / 3, 1 / 3))
    settings = {"n_clusters": 3, "network": "categorical", "learning_rate": 0.05, "max_iter": 500}
    blind, seeing = (fit(METHODS[name].create(**settings), spectra, seed) for name in ("kl-ova", "mmd-ova"))
    assert blind.history["gemini"][-1] == pytest.approx(np.log(3), abs=0.01), "as large as mutual information gets"
    assert abs(adjusted_rand_score(truth, blind.labels)) < 0.1
    assert adjusted_rand_score(truth, seeing.labels) > 0.8


@pytest.mark.parametrize("seed", range(3))
def test_moons_come_apart_by_steps_between_neighbors(seed: int) -> None:
    """Section 4.3 and appendix H: along the moons, not across them."""
    points, truth = make_moons(200, noise=0.05, random_state=seed)
    spectra, _ = plane(200)
    spectra.flux[:] = points
    settings = {"n_clusters": 2, "batch_size": 0, "max_iter": 150, "learning_rate": 0.02}
    steps, straight = (
        fit(METHODS["wasserstein-ovo"].create(metric=metric, **settings), spectra, seed).labels
        for metric in ("geodesic", "euclidean")
    )
    assert adjusted_rand_score(truth, steps) > 0.95
    assert adjusted_rand_score(truth, straight) < 0.5


def test_parts_that_no_path_connects_are_stated_and_recorded() -> None:
    """Two groups of equal size far apart: 3,600 of the 7,140 pairs are in both; with all pairs as neighbors none is."""
    spectra, _ = plane(120)
    spectra.flux[:] = np.random.default_rng(0).uniform(size=spectra.flux.shape)
    spectra.flux[60:] += 100
    settings = {"n_clusters": 2, "max_iter": 1, "metric": "geodesic"}
    sentence = "the neighbors form 2 parts that no path connects, with 50.4% of the pairs of spectra"
    for name in ("wasserstein-ova", "usd-ova"):
        apart, joined = (
            fit(METHODS[name].create(neighbor_quantile=quantile, **settings), spectra).notes for quantile in (0.4, 1.0)
        )
        assert sum(sentence in note for note in apart) == 1
        assert not any("no path" in note for note in joined)


def test_batch_has_its_part_of_a_matrix_of_all() -> None:
    data = torch.tensor(np.random.default_rng(0).standard_normal((50, 3)))
    rows = torch.tensor([40, 3, 17, 8])
    expected = geodesic(data)
    built = METHODS["wasserstein-ovo"].create(metric="geodesic").divergence(data, Silent())(rows, 0)
    assert np.array_equal(built.cost, expected[np.ix_(rows, rows)])
    given = METHODS["wasserstein-ovo"].create(cost_matrix=expected).divergence(data, Silent())(rows, 0)
    assert np.array_equal(given.cost, expected[np.ix_(rows, rows)])
    assert built.cost.dtype == np.float64


def test_matrix_of_costs_takes_the_place_of_the_metric() -> None:
    spectra, _ = plane(120)
    settings = {"n_clusters": 3, "max_iter": 5, "batch_size": 50}
    distances = pairwise_distances(spectra.flux, metric="manhattan")
    given = fit(METHODS["wasserstein-ova"].create(cost_matrix=distances, **settings), spectra)
    named = fit(METHODS["wasserstein-ova"].create(metric="manhattan", **settings), spectra)
    np.testing.assert_allclose(given.posterior, named.posterior, atol=1e-4)
    with pytest.raises(InputError, match="cost_matrix has shape"):
        fit(METHODS["wasserstein-ova"].create(cost_matrix=distances[:-1], **settings), spectra)


@pytest.mark.parametrize(
    ("batch_size", "sentence"),
    [(50, "batches of 50: 6 exact transports between 50 spectra"), (0, "6 exact transports between 120 spectra")],
)
def test_cost_and_bias_of_batches_are_said_once(batch_size: int, sentence: str) -> None:
    spectra, _ = plane(120)
    heard = Heard()
    method = METHODS["wasserstein-ovo"].create(n_clusters=4, batch_size=batch_size, max_iter=2)
    method.fit(spectra, seed=0, device="cpu", cache_bytes=0, progress=heard)
    (said,) = (spoken for spoken in heard.said if spoken.startswith(sentence))
    assert ("larger than among all" in said) == bool(batch_size)
    assert sum("biased" in spoken for spoken in heard.said) == bool(batch_size)


def test_distances_within_batches_are_larger_on_average() -> None:
    """What the sentence says: the mean over batches exceeds the value among all."""
    random = np.random.default_rng(0)
    data = torch.tensor(random.standard_normal((400, 5)))
    posterior = torch.softmax(data[:, :3], dim=1)
    build = METHODS["wasserstein-ovo"].create().divergence(data, Silent())
    whole = build(slice(None), 0).between(posterior)
    parts = [build(rows, 0).between(posterior[rows]) for rows in torch.randperm(400).split(50)]
    above = torch.stack(parts).mean(dim=0) - whole
    assert bool((above[~torch.eye(3, dtype=torch.bool)] > 0).all())


def test_geodesic_needs_room_for_all_spectra() -> None:
    plain, paths = (METHODS["wasserstein-ovo"].create(metric=metric) for metric in ("euclidean", "geodesic"))
    assert paths.memory(20_000, 100) - plain.memory(20_000, 100) >= 8 * 20_000**2
    assert plain.memory(20_000, 100) < 10**9
