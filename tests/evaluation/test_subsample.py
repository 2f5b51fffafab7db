"""Partitions compared on some of the spectra."""

import numpy as np
import pytest

from cubeclust.evaluation.internal_scores import MAX_ROWS, internal_scores
from cubeclust.evaluation.subsample import Subsample
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
