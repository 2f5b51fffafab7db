"""What every method of the table must do."""

import dataclasses
import json
from collections.abc import Callable
from math import inf

import numpy as np
import pytest
from known_regions import BRISK, least_agreement, sky_spectra
from sklearn.metrics import adjusted_rand_score

from cubeclust.errors import InputError
from cubeclust.methods import METHODS
from cubeclust.methods.protocol import (
    Decomposing,
    Iterative,
    ModelChoice,
    Reducing,
    Starting,
    iterative,
    least_spectra,
    shortened,
)
from cubeclust.methods.reduced import Reduced
from cubeclust.methods.sampled import Sampled
from cubeclust.preprocessing.scaling import SCALINGS
from cubeclust.runtime.progress import Silent
from cubeclust.settings import declaration, option_fields
from cubeclust.spectra import Spectra

VARIANTS = [
    *((name, BRISK.get(name, {})) for name in METHODS),
    ("tv-ovo", {"network": "linear"}),
    *(
        ("wasserstein-ovo", BRISK["wasserstein-ovo"] | {"metric": metric})
        for metric in ("sqeuclidean", "cosine", "manhattan")
    ),
    *(
        ("usd-ovo", BRISK["usd-ovo"] | other)
        for other in ({"metric": "sqeuclidean"}, {"metric": "geodesic"}, {"batch_size": 128})
    ),
    ("usd-ova", BRISK["usd-ova"] | {"epsilon": "0.1r", "metric": "cosine"}),
    ("mmd-ova", {"network": "linear"}),
    ("mmd-ovo", {"network": "linear"}),
    ("mmd-ovo", {"batch_size": 128, "max_iter": 200}),
    ("mmd-ovo", {"network": "conv1d"}),
    ("mmd-ovo", {"network": "categorical", "learning_rate": 0.05, "n_starts": 1}),
    *(("mmd-ova", {"kernel": kernel, "max_iter": 300}) for kernel in ("polynomial", "rbf", "cosine", "laplacian")),
    ("mmd-ovo", {"kernel": "rbf", "batch_size": 128, "max_iter": 200}),
    ("usd-ovo", {"kernel_features": "pca", "max_iter": 60, "n_starts": 1}),
    ("mmd-ovo", {"kernel_features": "autoencoder", "max_iter": 300}),
    ("fcm", {"fuzziness": 1.1}),
    *(("gmm", {"covariance": form}) for form in ("full", "tied", "spherical")),
    ("ward", {"connected": True}),
]
GEOMETRIC = {name for name in METHODS if name.startswith(("mmd", "usd", "wasserstein"))}
CAPABILITIES = {
    Iterative: METHODS.keys() - {"spectral", "ward"},
    Starting: {"fisher-em"},
    ModelChoice: {"fisher-em"},
    Decomposing: {"fisher-em"},
    Reducing: GEOMETRIC,
}
IDS = [" ".join([name, *(f"{key}={value}" for key, value in settings.items())]) for name, settings in VARIANTS]


def fit(name: str, settings: dict, spectra: Spectra, seed: int = 0, n_clusters: int = 4):
    method = METHODS[name].create(n_clusters=n_clusters, **settings)
    return method.fit(spectra, seed=seed, device="cpu", cache_bytes=0, progress=Silent()).canonical()


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=IDS)
def test_known_regions_are_recovered(name: str, settings: dict) -> None:
    for seed in range(2):
        spectra, truth = sky_spectra(name, seed=seed)
        assert adjusted_rand_score(truth, fit(name, settings, spectra, seed).labels) >= least_agreement(name)


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=IDS)
def test_clustering_keeps_its_contract(name: str, settings: dict) -> None:
    spectra, _ = sky_spectra(name)
    before = spectra.flux.copy()
    clustering = fit(name, settings, spectra)
    assert np.array_equal(spectra.flux, before)
    assert clustering.labels.shape == (len(spectra),)
    assert np.issubdtype(clustering.labels.dtype, np.integer)
    assert clustering.labels.min() >= 0
    assert clustering.labels.max() < clustering.n_clusters == 4
    sizes = np.bincount(clustering.labels)
    assert np.all(np.diff(sizes) <= 0), "clusters come by decreasing size"
    assert sorted(clustering.order) == [0, 1, 2, 3]
    assert (clustering.criteria is not None) == METHODS[name].mixture
    if clustering.posterior is not None:
        assert clustering.posterior.shape == (len(spectra), 4)
        np.testing.assert_allclose(clustering.posterior.sum(axis=1), 1, rtol=1e-5)
        assert np.array_equal(clustering.posterior.argmax(axis=1), clustering.labels)
    for values in [*clustering.parameters.values(), *clustering.history.values()]:
        assert isinstance(values, np.ndarray)
        assert np.isfinite(values).all()


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=IDS)
def test_same_seed_same_labels(name: str, settings: dict) -> None:
    spectra, _ = sky_spectra(name)
    brief = {"max_iter": 20} if hasattr(METHODS[name].load(), "max_iter") else {}
    first, second = (fit(name, settings | brief, spectra, seed=7) for _ in range(2))
    assert np.array_equal(first.labels, second.labels)
    if first.posterior is not None:
        assert np.array_equal(first.posterior, second.posterior)


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=IDS)
def test_fitted_model_labels_other_spectra(name: str, settings: dict) -> None:
    """On its own spectra it repeats the fit, and where it does not exist the method says so by None."""
    spectra, truth = sky_spectra(name)
    method = METHODS[name].create(n_clusters=4, **settings)
    fitted = method.fit(spectra, seed=0, device="cpu", cache_bytes=0, progress=Silent())
    label = method.labeler(fitted.parameters, device="cpu")
    if label is None:
        assert name in ("ward", "spectral") or settings.get("network") == "categorical"
        return
    again = label(spectra)
    assert np.array_equal(again.labels, fitted.labels)
    if fitted.posterior is not None:
        np.testing.assert_allclose(again.posterior, fitted.posterior, atol=1e-5)
    others, truth = sky_spectra(name, seed=11)
    assert adjusted_rand_score(truth, label(others).labels) >= least_agreement(name, 0.9)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("combine", [lambda inner: Reduced(inner, 6), lambda inner: Sampled(inner, 200)])
def test_every_method_can_be_combined(name: str, combine: Callable) -> None:
    spectra, truth = sky_spectra(name)
    method = combine(METHODS[name].create(n_clusters=4, **BRISK.get(name, {})))
    clustering = method.fit(spectra, seed=0, device="cpu", cache_bytes=0, progress=Silent())
    assert clustering.labels.shape == (len(spectra),)
    assert adjusted_rand_score(truth, clustering.labels) >= least_agreement(name)
    label = method.labeler(clustering.parameters, device="cpu")
    if label is not None:
        assert np.mean(label(spectra).labels == clustering.labels) > 0.99
    assert method.memory(1000, 100) >= 0


@pytest.mark.parametrize("name", METHODS)
def test_capabilities_are_those_of_the_table(name: str) -> None:
    """Combinations have those of the method inside."""
    method = METHODS[name].create(n_clusters=4)
    for capability, names in CAPABILITIES.items():
        assert isinstance(method, capability) == (name in names), capability.__name__
    for whole in (method, Reduced(method, 6), Sampled(method, 200), Sampled(Reduced(method, 6), 200)):
        assert iterative(whole) is (method if name in CAPABILITIES[Iterative] else None)
        assert least_spectra(whole) >= least_spectra(method) >= 5
    assert least_spectra(Sampled(Reduced(method, 60), 200)) == 61


@pytest.mark.parametrize("name", sorted(CAPABILITIES[Iterative]))
def test_shortened_fit_has_so_many_iterations(name: str) -> None:
    spectra, _ = sky_spectra(name)
    method = METHODS[name].create(n_clusters=4, **BRISK.get(name, {}))
    for whole in (method, Sampled(Reduced(method, 6), 200)):
        brief = shortened(whole, 3)
        fitted = brief.fit(spectra, seed=0, device="cpu", cache_bytes=0, progress=Silent())
        assert 1 <= fitted.iterations <= 3
        assert brief.effort(1000, 100) < whole.effort(1000, 100)
    assert iterative(shortened(method, 3)).n_starts == 1
    assert iterative(shortened(method, 3)).max_seconds == inf


@pytest.mark.parametrize("name", sorted(CAPABILITIES[ModelChoice]))
def test_models_are_values_of_the_setting(name: str) -> None:
    method = METHODS[name].create()
    assert len(method.models) > 1
    for model in method.models:
        assert METHODS[name].create(model=model).model == model


@pytest.mark.parametrize("name", sorted(CAPABILITIES[Starting]))
def test_start_from_classes_is_taken(name: str) -> None:
    spectra, truth = sky_spectra(name)
    started = METHODS[name].create(n_clusters=4).starting_from(spectra.image(truth + 1, 0))
    labels = started.fit(spectra, seed=0, device="cpu", cache_bytes=0, progress=Silent()).labels
    assert np.mean(labels == truth) > 0.9, "the numbers of the classes are those of the start"


def test_matrices_of_all_spectra_have_no_part_in_a_shortened_fit() -> None:
    matrix = np.zeros((9, 9))
    kernel = METHODS["mmd-ovo"].create(kernel_matrix=matrix, max_minutes=2.0)
    assert iterative(kernel).max_seconds == 120
    assert kernel.shortened(3) == METHODS["mmd-ovo"].create(kernel="rbf", max_iter=3, n_starts=1)
    cost = METHODS["usd-ovo"].create(cost_matrix=matrix, metric="cosine")
    assert cost.shortened(3) == METHODS["usd-ovo"].create(metric="cosine", max_iter=3, n_starts=1)


@pytest.mark.parametrize("name", METHODS)
def test_settings_are_frozen_and_described(name: str) -> None:
    method = METHODS[name].create()
    with pytest.raises(dataclasses.FrozenInstanceError):
        method.n_clusters = 3
    assert method.paper
    assert method.default_scale in SCALINGS
    for field in option_fields(method):
        assert declaration(field).help.endswith(".")
        json.dumps(field.default)
    assert method.memory(1000, 100) >= 0


@pytest.mark.parametrize("name", METHODS)
def test_settings_out_of_bounds_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="--n-clusters"):
        METHODS[name].create(n_clusters=0)
    for field in option_fields(METHODS[name].load()):
        if declaration(field).choices:
            with pytest.raises(InputError, match="choose one of"):
                METHODS[name].create(**{field.name: "nonsense"})


@pytest.mark.parametrize("settings", [{"batch_size": 1}, {"learning_rate": float("inf")}])
def test_settings_that_cannot_work_are_refused(settings: dict) -> None:
    with pytest.raises(InputError, match="give"):
        METHODS["mmd-ovo"].create(**settings)


@pytest.mark.parametrize("name", ["mmd-ova", "mmd-ovo"])
def test_number_of_clusters_is_an_upper_bound(name: str) -> None:
    """Asked for 12 where there are 2 regions, every row still has a class and the empty ones come last."""
    spectra, truth = sky_spectra(name, regions=2)
    clustering = fit(name, {"max_iter": 300}, spectra, n_clusters=12)
    sizes = np.bincount(clustering.labels, minlength=12)
    assert clustering.n_used == np.count_nonzero(sizes)
    assert np.all(sizes[: clustering.n_used] > 0)
    for label in range(clustering.n_used):
        assert len(np.unique(truth[clustering.labels == label])) == 1, "no class mixes the regions"
