"""PCA and samples around any method."""

from dataclasses import replace

import numpy as np
import pytest
from known_regions import sky_spectra
from sklearn.decomposition import PCA

from cubeclust.errors import InputError
from cubeclust.methods import METHODS
from cubeclust.methods.reduced import Reduced
from cubeclust.methods.sampled import Sampled
from cubeclust.runtime.progress import Silent
from cubeclust.spectra import Spectra


class Told(Silent):
    """Progress that keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, sentence: str) -> None:
        self.said.append(sentence)


class Watched:
    """A method that keeps the spectra it was given and labels them by the sign of their first channel."""

    n_clusters, paper, default_scale, uses_gpu = 2, "", "none", False

    def __init__(self) -> None:
        self.given: Spectra | None = None

    def memory(self, n_spectra: int, n_wave: int) -> int:
        return n_spectra * n_wave

    def fit(self, spectra: Spectra, **options: object):
        self.given = spectra
        return self.labeler({})(spectra)

    def labeler(self, model, device: str = "cpu"):
        from cubeclust.clustering import Clustering

        return lambda spectra: Clustering((spectra.flux[:, 0] > 0).astype(int), 2)


def fit(method, spectra: Spectra, seed: int = 0, progress: Silent | None = None):
    return method.fit(spectra, seed=seed, device="cpu", cache_bytes=0, progress=progress or Silent())


def test_components_are_those_of_pca() -> None:
    spectra, _ = sky_spectra("kmeans")
    watched = Watched()
    fit(Reduced(watched, 5), spectra)
    expected = PCA(5, svd_solver="full").fit_transform(spectra.flux.astype(np.float64))
    found = watched.given.flux
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found * signs, expected, atol=2e-3 * np.abs(expected).max())
    assert watched.given.n_wave == 5


def test_components_of_a_small_signal_on_a_large_mean() -> None:
    """Mean 1000, deviation 1: the covariance as X^T X less the mean's would be rounding in float32."""
    random = np.random.default_rng(0)
    flux = 1000 + random.standard_normal((400, 3)) @ np.array([[3, 0], [0, 2], [0.5, 0.5]]) @ random.random((2, 40))
    spectra, _ = sky_spectra("kmeans")
    spectra = replace(spectra.sample(np.arange(400)), flux=flux.astype(np.float32), wavelength=np.arange(40.0))
    watched = Watched()
    fit(Reduced(watched, 2), spectra)
    expected = PCA(2, svd_solver="full").fit_transform(spectra.flux.astype(np.float64))
    for found, true in zip(watched.given.flux.T, expected.T, strict=True):
        assert abs(np.corrcoef(found, true)[0, 1]) > 0.9999


def test_spectra_that_are_all_alike_have_no_components() -> None:
    spectra, _ = sky_spectra("kmeans")
    spectra = replace(spectra, flux=np.ones_like(spectra.flux))
    with pytest.raises(InputError, match="do not differ"):
        fit(Reduced(METHODS["kmeans"].create(n_clusters=2), 2), spectra)


def test_more_components_than_channels() -> None:
    spectra, _ = sky_spectra("kmeans")
    with pytest.raises(InputError, match="--pca 100"):
        fit(Reduced(METHODS["kmeans"].create(n_clusters=2), 100), spectra)


def test_share_of_variance_is_said() -> None:
    spectra, _ = sky_spectra("kmeans")
    told = Told()
    fit(Reduced(METHODS["kmeans"].create(n_clusters=4), spectra.n_wave), spectra, progress=told)
    assert any("100.0%" in sentence for sentence in told.said)


@pytest.mark.parametrize("by", ["random", "snr"])
def test_sample_has_the_size_asked_for_and_the_seed_decides(by: str) -> None:
    spectra, _ = sky_spectra("kmeans")
    spectra.snr.flags.writeable = True
    spectra.snr[:] = np.random.default_rng(0).lognormal(1, 1, len(spectra))
    places = []
    for seed in (3, 3, 4):
        watched = Watched()
        fit(Sampled(watched, 100, by), spectra, seed)
        places.append(set(zip(watched.given.y, watched.given.x, strict=True)))
    assert [len(place) for place in places] == [100] * 3
    assert places[0] == places[1] != places[2]


def test_stratified_sample_is_even_in_signal_to_noise() -> None:
    """Of 600 spectra 30 are bright: a random sample of 60 has about 3 of them, the stratified one far more."""
    spectra, _ = sky_spectra("kmeans")
    spectra.snr.flags.writeable = True
    random = np.random.default_rng(1)
    spectra.snr[:] = random.uniform(1, 1.2, len(spectra))
    bright = random.choice(len(spectra), 30, replace=False)
    spectra.snr[bright] = random.uniform(50, 60, 30)
    watched = Watched()
    fit(Sampled(watched, 60, "snr"), spectra)
    assert np.count_nonzero(watched.given.snr > 10) >= 20


def test_sample_by_signal_to_noise_needs_one() -> None:
    spectra, _ = sky_spectra("kmeans")
    with pytest.raises(InputError, match="--sample-by snr"):
        fit(Sampled(METHODS["kmeans"].create(n_clusters=2), 100, "snr"), spectra)


def test_rows_of_the_sample_keep_the_labels_of_the_fit() -> None:
    """Ward has no model: the sample keeps Ward's labels, the others get those of the nearest mean, and it is said."""
    spectra, _ = sky_spectra("ward")
    told = Told()
    sampled = Sampled(METHODS["ward"].create(n_clusters=3), 150)
    clustering = fit(sampled, spectra, progress=told)
    assert any("nearest mean" in sentence for sentence in told.said)
    chosen = sampled._choose(spectra, 0)
    alone = fit(METHODS["ward"].create(n_clusters=3), spectra.sample(chosen))
    assert np.array_equal(clustering.labels[chosen], alone.labels)
    others = np.setdiff1d(np.arange(len(spectra)), chosen)
    means = np.stack([spectra.flux[chosen][alone.labels == label].mean(axis=0) for label in range(3)])
    nearest = np.square(spectra.flux[others, None] - means).sum(axis=2).argmin(axis=1)
    assert np.array_equal(clustering.labels[others], nearest)


def test_sample_of_more_than_there_are_is_all_of_them() -> None:
    spectra, _ = sky_spectra("kmeans")
    told, watched = Told(), Watched()
    fit(Sampled(watched, 10_000), spectra, progress=told)
    assert len(watched.given) == len(spectra)
    assert any("all of them" in sentence for sentence in told.said)


def test_sample_of_fewer_than_the_clusters() -> None:
    spectra, _ = sky_spectra("kmeans")
    with pytest.raises(InputError, match="--sample 5"):
        fit(Sampled(METHODS["kmeans"].create(n_clusters=6), 5), spectra)
