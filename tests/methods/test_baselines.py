"""Baselines of our own against closed forms and other implementations."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.cluster import SpectralClustering
from sklearn.metrics import adjusted_rand_score
from test_combinators import fit

from cubeclust.methods import METHODS
from cubeclust.methods.baselines.fcm import default_fuzziness
from cubeclust.runtime.progress import Silent
from cubeclust.spectra import Spectra


def plane(n: int = 300, seed: int = 0, sizes: tuple[float, ...] = (0.5, 0.3, 0.2)) -> tuple[Spectra, np.ndarray]:
    """Points around three centers in the plane as spectra of two channels, and their true group."""
    random = np.random.default_rng(seed)
    truth = random.choice(3, n, p=sizes)
    centers = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 5.0]])
    flux = (centers[truth] + random.standard_normal((n, 2))).astype(np.float32)
    return Spectra(
        flux=flux,
        wavelength=np.array([5000.0, 5001.0]),
        y=np.zeros(n, int),
        x=np.arange(n),
        quality=np.zeros((1, n), np.int32),
        snr=np.full(n, np.nan, np.float32),
    ), truth


def test_isotropic_mixture_is_a_fixed_point_of_em() -> None:
    """Densities by scipy: responsibilities, means, variance and likelihood of the result agree with each other."""
    spectra, truth = plane()
    clustering = fit(METHODS["igmm"].create(n_clusters=3, tolerance=1e-10), spectra)
    centroids, variance = clustering.parameters["centroids"], float(clustering.parameters["variance"][0])
    flux = spectra.flux.astype(float)
    densities = np.stack([multivariate_normal(center, variance * np.eye(2)).pdf(flux) for center in centroids], 1) / 3
    posterior = densities / densities.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(clustering.posterior, posterior, atol=1e-5)
    np.testing.assert_allclose(posterior.T @ flux / posterior.sum(axis=0)[:, None], centroids, atol=1e-3)
    squares = np.square(flux[:, None] - centroids).sum(axis=2)
    assert (posterior * squares).sum() / (2 * len(flux)) == pytest.approx(variance, rel=1e-4)
    assert clustering.history["log_likelihood"][-1] == pytest.approx(np.log(densities.sum(axis=1)).mean(), rel=1e-5)
    assert variance == pytest.approx(1.0, abs=0.2)
    assert np.all(np.diff(clustering.history["log_likelihood"]) > -1e-6)
    assert adjusted_rand_score(truth, clustering.labels) > 0.95


@pytest.mark.parametrize("exponent", [1.5, 2.0])
def test_fuzzy_c_means_is_a_fixed_point(exponent: float) -> None:
    """Bezdek's conditions: u_ij = 1 / sum_l (d_ij / d_il)^(2 / (m - 1)), c_j = mean weighted by u^m."""
    spectra, _ = plane(seed=1)
    clustering = fit(METHODS["fcm"].create(n_clusters=3, fuzziness=exponent, tolerance=1e-12), spectra)
    flux, centroids = spectra.flux.astype(float), clustering.parameters["centroids"]
    distances = np.linalg.norm(flux[:, None] - centroids, axis=2)
    members = 1 / ((distances[:, :, None] / distances[:, None]) ** (2 / (exponent - 1))).sum(axis=2)
    np.testing.assert_allclose(clustering.posterior, members, atol=1e-4)
    weights = members**exponent
    np.testing.assert_allclose(weights.T @ flux / weights.sum(axis=0)[:, None], centroids, atol=1e-3)
    assert np.all(np.diff(clustering.history["objective"]) < 1e-6)


def test_default_fuzziness_falls_towards_1_with_the_channels() -> None:
    """Schwaemmle & Jensen 2010: near 2 for few channels and few spectra, near 1 for spectra."""
    assert 1.9 < default_fuzziness(200, 4) < 4
    assert 1.0 < default_fuzziness(68_232, 3_592) < 1.01
    assert default_fuzziness(1000, 10) > default_fuzziness(1000, 100)


def test_default_exponent_decides_where_the_usual_one_does_not() -> None:
    """Noise in 2000 channels: with m = 2 all centroids sit on the mean, with the default the groups come out."""
    random = np.random.default_rng(0)
    truth = np.repeat(np.arange(3), 40)
    centers = 0.25 * random.standard_normal((3, 2000))
    flux = (centers[truth] + random.standard_normal((120, 2000))).astype(np.float32)
    spectra = replace(plane(120)[0], flux=flux, wavelength=np.arange(5000.0, 7000.0))
    usual = fit(METHODS["fcm"].create(n_clusters=3, fuzziness=2.0), spectra)
    assert np.abs(usual.posterior - 1 / 3).max() < 0.01
    assert adjusted_rand_score(truth, fit(METHODS["fcm"].create(n_clusters=3), spectra).labels) > 0.95


@pytest.mark.parametrize("n", [400, 700])  # with all eigenvectors, and by Lanczos iterations
def test_spectral_clustering_agrees_with_scikit_learn(n: int) -> None:
    """Two rings, which no centroid can tell apart."""
    random = np.random.default_rng(0)
    angle, truth = random.uniform(0, 2 * np.pi, n), np.arange(n) % 2
    radius = 1 + 2 * truth + 0.1 * random.standard_normal(n)
    spectra, _ = plane(n)
    spectra.flux[:] = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    found = fit(METHODS["spectral"].create(n_clusters=2), spectra).labels
    peer = SpectralClustering(2, affinity="nearest_neighbors", random_state=0).fit_predict(spectra.flux)
    assert adjusted_rand_score(truth, found) == 1
    assert adjusted_rand_score(peer, found) == 1


@pytest.mark.parametrize("seed", range(3))
def test_spectral_clustering_of_separated_groups(seed: int) -> None:
    """Ten groups that share no neighbor: the eigenvalue 1 comes ten times, and Lanczos alone finds six or seven."""
    random = np.random.default_rng(seed)
    truth = np.repeat(np.arange(10), 120)
    spectra, _ = plane(len(truth))
    spectra.flux[:] = 30 * np.stack([truth % 4, truth // 4], axis=1) + random.standard_normal((len(truth), 2))
    found = fit(METHODS["spectral"].create(n_clusters=10), spectra, seed).labels
    assert adjusted_rand_score(truth, found) == 1


@pytest.mark.parametrize("name", ["kmeans", "gmm", "igmm", "fcm", "ward"])
def test_seed_changes_the_result_of_methods_that_state_so(name: str) -> None:
    """Between classes cut out of one population; Ward's merges know no chance."""
    spectra, _ = plane(n=150, sizes=(1.0, 0.0, 0.0))
    first, second = (METHODS[name].create(n_clusters=6) for _ in range(2))
    labels = [
        method.fit(spectra, seed=seed, device="cpu", cache_bytes=0, progress=Silent()).canonical().labels
        for seed, method in enumerate((first, second))
    ]
    assert METHODS[name].seeded == (not np.array_equal(*labels))
