"""Fits on a GPU find what is there, and find it again."""

import warnings

import numpy as np
import pytest
from known_regions import BRISK, least_agreement, sky_spectra
from sklearn.metrics import adjusted_rand_score

from cubeclust.clustering import Clustering
from cubeclust.methods import METHODS
from cubeclust.methods.protocol import Clusterer
from cubeclust.runtime.progress import Silent
from cubeclust.spectra import Spectra

ON_GPU = [name for name, method in METHODS.items() if method.load().uses_gpu]


def brief(device: str) -> dict:
    """Settings of fits on a device that is slow: they show where its tensors meet those of the CPU, and no more."""
    return {"max_iter": 3} if device == "apart" else {}


def fitted_twice(method: Clusterer, spectra: Spectra, device: str) -> tuple[Clustering, Clustering]:
    """Fits with one seed, of which torch must not say that an operation does not repeat."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*deterministic")
        first, second = (method.fit(spectra, seed=1, device=device, cache_bytes=0, progress=Silent()) for _ in range(2))
    return first, second


@pytest.mark.parametrize("name", ON_GPU)
def test_known_regions_are_recovered_again_and_again(name: str, device: str) -> None:
    """By the fit, by the same fit once more, and by its model on either device."""
    if name.startswith("wasserstein"):
        pytest.importorskip("ot", reason="POT is not installed")
    spectra, truth = sky_spectra(name)
    method = METHODS[name].create(n_clusters=4, **BRISK.get(name, {}) | brief(device))
    first, second = fitted_twice(method, spectra, device)
    assert np.array_equal(first.labels, second.labels)
    if not brief(device):
        assert adjusted_rand_score(truth, first.labels) >= least_agreement(name)
    for where in (device, "cpu"):
        label = method.labeler(first.parameters, device=where)
        assert label is not None
        again = label(spectra)
        assert np.mean(again.labels == first.labels) > 0.99
        np.testing.assert_allclose(again.posterior, first.posterior, atol=1e-3)


@pytest.mark.parametrize("settings", [{"network": "conv1d"}, {"network": "linear"}, {"batch_size": 128},
                                      {"kernel": "rbf"}, {"kernel": "rbf", "batch_size": 128},
                                      {"kernel_features": "autoencoder"}, {"kernel_features": "pca"},
                                      {"network": "categorical", "learning_rate": 0.05}], ids=str)  # fmt: skip
def test_each_network_and_kernel_repeats(settings: dict, device: str) -> None:
    spectra, truth = sky_spectra("mmd-ovo")
    method = METHODS["mmd-ovo"].create(n_clusters=4, **{"max_iter": 200} | settings | brief(device))
    first, second = fitted_twice(method, spectra, device)
    assert np.array_equal(first.posterior, second.posterior)
    if not brief(device):
        assert adjusted_rand_score(truth, first.labels) > 0.9
