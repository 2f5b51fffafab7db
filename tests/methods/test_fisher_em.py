"""FisherEM as a method: starts, models, criteria, modes, and skies that are hard."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from known_regions import sky_spectra
from sklearn.metrics import adjusted_rand_score
from test_combinators import Told, fit

from cubeclust.clustering import Clustering
from cubeclust.errors import InputError
from cubeclust.fisher.models import MODELS
from cubeclust.methods import METHODS
from cubeclust.methods.reduced import Reduced
from cubeclust.methods.sampled import Sampled
from cubeclust.methods.starts import STARTS, partition
from cubeclust.settings import declaration, option_fields
from cubeclust.spectra import Spectra

PINS = Path(__file__).parents[1] / "reference" / "fisherem_iris.npz"


def method(**settings: object):
    return METHODS["fisher-em"].create(**({"n_clusters": 4} | settings))


def iris() -> tuple[Spectra, np.ndarray]:
    with np.load(PINS, allow_pickle=False) as pins:
        data, start = pins["data"].astype(np.float32), pins["start"].astype(int)
    n = len(data)
    places = np.zeros(n, int), np.arange(n), np.zeros((1, n), np.int32), np.ones(n, np.float32)
    return Spectra(data, np.arange(4.0), *places), start


@pytest.mark.parametrize("name", ["iris_K3_svd_DkBk", "iris_K3_gs_AkB", "iris_K3_reg_AjBk"])
def test_compat_r_is_the_package_with_its_criteria(name: str) -> None:
    """The flux is float32, and so is the agreement."""
    with np.load(PINS, allow_pickle=False) as pins:
        entry = {entry["id"]: entry for entry in json.loads(str(pins["fits"]))}[name]
        labels = pins[f"{name}/cls"]
    spectra, start = iris()
    settings = {"model": entry["model"], "fisher_step": entry["method"], "compat": "r", "max_iter": 50}
    found = fit(method(n_clusters=3, start_classes=start, **settings), spectra)
    assert found.iterations == entry["n_iter"]
    assert np.array_equal(found.labels, labels)
    for key in ("aic", "bic", "icl"):
        assert getattr(found.criteria, key) == pytest.approx(entry[key], abs=1e-3)
    assert found.criteria.n_parameters == entry["comp"]


@pytest.mark.parametrize("model", [*MODELS, "all"])
def test_every_model_finds_the_regions(model: str) -> None:
    spectra, truth = sky_spectra("fisher-em")
    found = fit(method(model=model), spectra)
    assert adjusted_rand_score(truth, found.labels) > 0.95
    assert found.criteria.icl <= found.criteria.bic < found.criteria.log_likelihood


@pytest.mark.parametrize(
    "settings", [{"fisher_step": "gs"}, {"fisher_step": "reg"}, *({"start": start} for start in STARTS)]
)
def test_every_step_and_start_finds_the_regions(settings: dict) -> None:
    spectra, truth = sky_spectra("fisher-em")
    assert adjusted_rand_score(truth, fit(method(**settings), spectra).labels) > 0.95


def test_all_takes_the_model_with_the_best_icl() -> None:
    spectra, _ = sky_spectra("fisher-em")
    told = Told()
    best = method(model="all").fit(spectra, seed=0, device="cpu", cache_bytes=0, progress=told)
    criteria = {name: fit(method(model=name), spectra).criteria for name in MODELS}
    assert best.criteria == max(criteria.values(), key=lambda entry: entry.icl)
    assert best.notes[0].startswith(f"model {max(criteria, key=lambda name: criteria[name].icl)} ")


def test_more_starts_are_never_less_likely() -> None:
    spectra, _ = sky_spectra("fisher-em")
    few, many = (fit(method(start="random", n_starts=number), spectra).criteria for number in (1, 6))
    assert many.log_likelihood >= few.log_likelihood


def test_unit_of_the_flux_changes_only_the_jacobian() -> None:
    spectra, _ = sky_spectra("fisher-em")
    plain, scaled = (fit(method(), replace(spectra, flux=spectra.flux * np.float32(by))) for by in (1, 2.0**10))
    assert np.array_equal(plain.labels, scaled.labels)
    jacobian = spectra.flux.size * 10 * np.log(2)
    assert scaled.criteria.log_likelihood == pytest.approx(plain.criteria.log_likelihood - jacobian, rel=1e-9)


def test_dead_channel_and_more_channels_than_spectra() -> None:
    spectra, truth = sky_spectra("fisher-em")
    flux = spectra.flux.copy()
    flux[:, 17] = 0
    few = np.random.default_rng(0).permutation(len(spectra))[: spectra.n_wave - 5]
    part = replace(spectra, flux=flux).sample(np.sort(few))
    assert len(part) < part.n_wave
    assert adjusted_rand_score(truth[np.sort(few)], fit(method(), part).labels) > 0.95


def test_spectrum_that_is_like_no_other_has_a_class() -> None:
    spectra, truth = sky_spectra("fisher-em")
    flux = spectra.flux.copy()
    flux[40, ::3] += 60
    found = fit(method(n_clusters=5), replace(spectra, flux=flux)).labels
    others = np.arange(len(found)) != 40
    assert np.flatnonzero(found == found[40]).tolist() == [40]
    assert adjusted_rand_score(truth[others], found[others]) > 0.95


def test_loadings_and_embedding_belong_together() -> None:
    """Also on principal components and for rows that a sample left out."""
    spectra, _ = sky_spectra("fisher-em")
    for combined in (method(), Reduced(method(), 8), Sampled(method(), 200)):
        found: Clustering = fit(combined, spectra)
        assert found.loadings.shape == (spectra.n_wave, 3)
        np.testing.assert_allclose(found.loadings.T @ found.loadings, np.eye(3), atol=1e-5)
        along = spectra.flux @ found.loadings
        scale = np.ptp(found.embedding, axis=0) / np.ptp(along, axis=0)
        offset = (along * scale - found.embedding).mean(axis=0)
        np.testing.assert_allclose(along * scale - offset, found.embedding, atol=2e-3 * np.abs(found.embedding).max())


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"n_clusters": 1}, "--n-clusters"),
        ({"shrinkage": "2"}, "--shrinkage"),
        ({"shrinkage": "much"}, "--shrinkage"),
        ({"shrinkage": "0.1", "compat": "r"}, "--compat r"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict, word: str) -> None:
    with pytest.raises(InputError, match=word):
        method(**settings)


def test_stop_of_r_is_said() -> None:
    spectra, start = iris()
    with pytest.raises(InputError, match=r"below 0\.001"):
        fit(
            method(n_clusters=3, compat="r", start_classes=start),
            replace(spectra, flux=spectra.flux * np.float32(0.01)),
        )


@pytest.mark.parametrize("start", [np.zeros(149, int), np.r_[3, np.zeros(149, int)], np.full((150, 3), 0.5)])
def test_start_that_is_no_partition_is_refused(start: np.ndarray) -> None:
    with pytest.raises(InputError, match="start_classes"):
        fit(method(n_clusters=3, start_classes=start), iris()[0])


def test_start_on_the_sky_is_the_same_partition() -> None:
    """Spaxels without a class join the class of the nearest mean; on this sky that is their own."""
    spectra, truth = sky_spectra("fisher-em")
    image = np.zeros(spectra.quality.shape, int)
    image[spectra.y, spectra.x] = truth + 1
    image[spectra.y[::5], spectra.x[::5]] = 0
    first, second = (
        fit(method(max_iter=1, **start), spectra) for start in ({"start_classes": truth}, {"start_image": image})
    )
    assert first.criteria == second.criteria
    with pytest.raises(InputError, match="have 0 of its classes"):
        fit(method(start_image=np.zeros_like(image)), spectra)


def test_every_start_can_be_named() -> None:
    (field,) = (field for field in option_fields(METHODS["fisher-em"].load()) if field.name == "start")
    assert declaration(field).choices == tuple(STARTS)


def test_mixed_starts_end_in_the_likeliest_fit_of_both_kinds() -> None:
    """Of noise without classes each start makes another fit."""
    spectra, _ = sky_spectra("fisher-em")
    noise = np.random.default_rng(0).standard_normal(spectra.flux.shape, dtype=np.float32)
    spectra = replace(spectra, flux=noise)
    likelihoods = []
    for index, kind in enumerate(("kmeans", "random", "kmeans")):
        first = partition(kind, spectra, 4, seed=0, index=index)
        likelihoods.append(fit(method(start_classes=first), spectra).criteria.log_likelihood)
    assert len(set(likelihoods)) == 3
    assert fit(method(n_starts=3), spectra).criteria.log_likelihood == max(likelihoods)


def test_single_channel_is_refused() -> None:
    spectra, _ = sky_spectra("fisher-em")
    for compat in ("none", "r"):
        with pytest.raises(InputError, match="at least two channels"):
            fit(method(compat=compat), spectra.channels(np.arange(spectra.n_wave) == 5))


def test_last_seed_there_is() -> None:
    spectra, truth = sky_spectra("fisher-em")
    found = method(n_starts=3).fit(spectra, seed=2**32 - 1, device="cpu", cache_bytes=0, progress=Told())
    assert adjusted_rand_score(truth, found.labels) > 0.95
