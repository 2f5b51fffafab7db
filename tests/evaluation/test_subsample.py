"""Partitions compared on some of the spectra."""

import numpy as np
import pytest

from cubeclust.evaluation.internal_scores import MAX_ROWS, internal_scores, sample_rows
from cubeclust.evaluation.subsample import Subsample
from cubeclust.methods import METHODS
from cubeclust.methods.sampled import Sampled
from cubeclust.spectra import Spectra


def some_spectra(n: int) -> Spectra:
    flux = np.random.default_rng(0).normal(size=(n, 6)).astype(np.float32)
    flux[: n // 3] += 2
    place = np.arange(n)
    return Spectra(flux, np.arange(6.0), place, place, np.zeros((n, n), np.int32), np.ones(n, np.float32))


@pytest.mark.parametrize("n", [30, MAX_ROWS + 500])
def test_silhouette_is_that_of_the_record_of_a_run(n: int) -> None:
    spectra, labels = some_spectra(n), np.random.default_rng(1).integers(0, 3, n)
    some = Subsample.of(spectra, seed=4)
    assert len(np.unique(some.rows)) == len(some.rows) == min(n, MAX_ROWS)
    expected = internal_scores(spectra, labels, 4)["silhouette"]
    assert some.silhouette(labels[some.rows]) == pytest.approx(expected, abs=1e-5)


def test_silhouette_of_one_class_and_of_classes_of_one_does_not_exist() -> None:
    some = Subsample.of(some_spectra(20), seed=0)
    assert some.silhouette(np.zeros(20, int)) is None
    assert some.silhouette(np.arange(20)) is None


@pytest.mark.parametrize("by", ["random", "snr"])
def test_rows_of_the_scores_are_drawn_apart_from_those_of_a_sample(by: str) -> None:
    """Of a fit to a tenth of the spectra, a tenth of the rows of the scores are in it, not most of them."""
    n = 4 * MAX_ROWS
    place = np.zeros(n, int)
    snr = np.random.default_rng(1).lognormal(1, 1, n).astype(np.float32)
    spectra = Spectra(np.ones((n, 1), np.float32), np.ones(1), place, place, np.zeros((1, 1), np.int32), snr)
    sampled = Sampled(METHODS["kmeans"].create(n_clusters=2), n // 10, by)
    shares = [np.isin(sample_rows(n, seed), sampled._choose(spectra, seed)).mean() for seed in range(3)]
    assert shares == pytest.approx([0.1] * 3, abs=0.03)
