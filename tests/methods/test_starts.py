"""First partitions: independent for any two seeds and indices, the same for the same."""

from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from cubeclust.methods.starts import STARTS, partition
from cubeclust.spectra import Spectra

DRAWN = [(seed, index) for seed in range(3) for index in range(3)]


def noise(n: int) -> Spectra:
    """Spectra without classes, of which each start of k-means makes another partition."""
    flux, place = np.random.default_rng(0).standard_normal((n, 8), dtype=np.float32), np.arange(n)
    return Spectra(flux, np.arange(8.0), place, place, np.zeros((n, n), np.int32), np.ones(n, np.float32))


@pytest.mark.parametrize(("start", "most"), [("random", 0.02), ("kmeans", 0.9), ("mixed", 0.9)])
def test_starts_of_any_two_seeds_and_indices_differ(start: str, most: float) -> None:
    """Neither does a seed take up the starts of the one before it."""
    spectra = noise(1500)
    found = [partition(start, spectra, 6, seed=seed, index=index) for seed, index in DRAWN]
    assert max(adjusted_rand_score(*pair) for pair in combinations(found, 2)) < most


@pytest.mark.parametrize("start", STARTS)
def test_same_seed_and_index_give_the_same_start(start: str) -> None:
    spectra = noise(200)
    first, second = (partition(start, spectra, 6, seed=2**32 - 1, index=4) for _ in range(2))
    assert np.array_equal(first, second)


def test_mixed_takes_kmeans_and_random_in_turn() -> None:
    spectra = noise(200)
    for index, kind in enumerate(("kmeans", "random", "kmeans", "random")):
        mixed, alone = (partition(name, spectra, 6, seed=1, index=index) for name in ("mixed", kind))
        assert np.array_equal(mixed, alone)
