"""Kernel or cost between features of the spectra instead of their channels (Ohl et al. 2022, section 4.5)."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from known_regions import sky_spectra
from scipy.spatial.distance import pdist
from test_combinators import Told, fit

from cubeclust.divergences.gemini import gemini
from cubeclust.errors import InputError
from cubeclust.methods import METHODS
from cubeclust.methods.reduced import Reduced
from cubeclust.runtime.progress import Silent
from cubeclust.spectra import Spectra
from cubeclust.statistics.principal_components import components_effort, principal_components

ROTATION_KNOWS_NOT = [
    ("mmd-ovo", {"kernel": "linear"}),
    ("mmd-ova", {"kernel": "rbf"}),
    ("usd-ovo", {"metric": "euclidean"}),
    ("usd-ova", {"metric": "sqeuclidean"}),
    ("wasserstein-ovo", {"metric": "euclidean", "batch_size": 0}),
    ("wasserstein-ova", {"metric": "geodesic", "batch_size": 0}),
]


def objective(name: str, settings: dict, spectra: Spectra) -> float:
    """GEMINI of a posterior that has nothing to do with any network."""
    method = METHODS[name].create(**settings)
    features, _ = method.features(spectra, torch.from_numpy(spectra.flux), 0, Silent())
    posterior = torch.softmax(torch.randn(len(spectra), 4, generator=torch.Generator().manual_seed(0)), dim=1)
    divergence = method.divergence(features, Silent())(slice(None), 10**9)
    return float(gemini(posterior, divergence, method.pairs))


@pytest.mark.parametrize(("name", "settings"), ROTATION_KNOWS_NOT)
def test_all_components_give_the_objective_of_the_channels(name: str, settings: dict) -> None:
    """They are the centered channels, rotated: distances and differences of means stay."""
    spectra, _ = sky_spectra(name)
    spectra = spectra.sample(np.arange(0, len(spectra), 3))
    rotated = {"kernel_features": "pca", "n_features": spectra.n_wave}
    assert objective(name, settings | rotated, spectra) == pytest.approx(objective(name, settings, spectra), rel=1e-4)


def test_few_components_of_much_variance_leave_the_width_of_the_kernel() -> None:
    """Signal in 3 of 60 channels: with a third in place of a sixtieth all spectra would be strangers."""
    spectra, _ = sky_spectra("mmd-ovo")
    random = np.random.default_rng(0)
    spectra.flux[:] = 1e-3 * random.standard_normal(spectra.flux.shape)
    spectra.flux[:, :3] = random.standard_normal((len(spectra), 3))
    few = {"kernel": "rbf", "kernel_features": "pca", "n_features": 3}
    assert objective("mmd-ovo", few, spectra) == pytest.approx(
        objective("mmd-ovo", {"kernel": "rbf"}, spectra), rel=1e-3
    )


def test_components_of_a_data_set_of_rank_three_keep_its_distances() -> None:
    spectra, _ = sky_spectra("usd-ovo")
    random = np.random.default_rng(0)
    flux = 100 + random.standard_normal((len(spectra), 3)) @ random.standard_normal((3, spectra.n_wave))
    spectra = replace(spectra, flux=flux.astype(np.float32))
    components, share = principal_components(spectra, 3, "--n-features")
    assert share == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(pdist(components.scores(spectra)), pdist(spectra.flux.astype(float)), rtol=1e-4)


@pytest.mark.parametrize("features", ["pca", "autoencoder"])
def test_network_sees_the_channels(features: str) -> None:
    """Only the objective is another one: the model has the weights of a fit on channels and stores no features."""
    spectra, _ = sky_spectra("mmd-ovo", scale="zscore")
    settings = {"n_clusters": 4, "max_iter": 2, "kernel": "linear"}
    plain, other = (
        fit(METHODS["mmd-ovo"].create(kernel_features=name, n_features=5, **settings), spectra)
        for name in ("channels", features)
    )
    assert {name: values.shape for name, values in plain.parameters.items()} == {
        name: values.shape for name, values in other.parameters.items()
    }
    assert plain.history["gemini"][0] != pytest.approx(other.history["gemini"][0], rel=1e-3)


@pytest.mark.parametrize("batch_size", [0, 100])
def test_features_are_made_once_of_all_rows_and_what_they_keep_is_in_the_notes(batch_size: int) -> None:
    spectra, _ = sky_spectra("mmd-ovo")
    settings = {"n_features": spectra.n_wave, "kernel_features": "pca", "batch_size": batch_size, "max_iter": 3}
    told = Told()
    clustering = fit(METHODS["mmd-ovo"].create(**settings), spectra, progress=told)
    sentence = f"--kernel-features pca: {spectra.n_wave} principal components hold 100.0% of the variance"
    assert clustering.notes.count(sentence) == 1
    assert told.said.count(sentence) == 1


def test_components_of_components_are_the_same() -> None:
    """--pca 12 --kernel-features pca --n-features 12: a rotation of a rotation."""
    spectra, _ = sky_spectra("usd-ovo")
    twice, once = (
        fit(Reduced(METHODS["usd-ovo"].create(n_clusters=3, max_iter=3, n_features=12, **settings), 12), spectra)
        for settings in ({"kernel_features": "pca"}, {})
    )
    np.testing.assert_allclose(twice.history["gemini"], once.history["gemini"], rtol=1e-3)


@pytest.mark.parametrize(("name", "matrix"), [("mmd-ovo", "kernel_matrix"), ("usd-ova", "cost_matrix")])
def test_matrix_beside_features_is_refused(name: str, matrix: str) -> None:
    with pytest.raises(InputError, match=f"--kernel-features pca is not used with a {matrix}; leave"):
        METHODS[name].create(kernel_features="pca", **{matrix: np.eye(3)})


@pytest.mark.parametrize("features", ["pca", "autoencoder"])
def test_more_features_than_channels_are_refused(features: str) -> None:
    spectra, _ = sky_spectra("mmd-ovo")
    with pytest.raises(InputError, match="--n-features 61 exceeds what 618 spectra of 60 channels have"):
        fit(METHODS["mmd-ovo"].create(kernel_features=features, n_features=61), spectra)


def test_work_of_the_components_is_counted_once() -> None:
    """And that of the divergence for as many columns as there are features."""
    short, long = (
        METHODS["mmd-ovo"].create(kernel_features="pca", max_iter=number, n_starts=1) for number in (100, 200)
    )
    assert 2 * short.effort(5000, 300) - long.effort(5000, 300) == pytest.approx(components_effort(5000, 300))
    wide, narrow = (
        METHODS["mmd-ovo"].create(kernel="rbf", kernel_features=name, n_starts=1) for name in ("channels", "pca")
    )
    assert wide.effort(5000, 3000) - narrow.effort(5000, 3000) == pytest.approx(
        wide.max_iter * 2.0 * 5000**2 * (3000 - 20) - components_effort(5000, 3000)
    )
    assert narrow.memory(10, 5000) - wide.memory(10, 5000) > 8 * 5000**2
