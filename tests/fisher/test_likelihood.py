"""The default rules: likelihood, scale, and classes that are too small."""

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from sklearn.metrics import adjusted_rand_score

from cubeclust.fisher import em
from cubeclust.fisher.classes import Classes
from cubeclust.fisher.covariances import Moments
from cubeclust.fisher.em import FisherFit, expect, fit
from cubeclust.fisher.likelihood import MaximumLikelihood
from cubeclust.fisher.mixture import Places
from cubeclust.fisher.models import MODELS
from cubeclust.fisher.sample import Sample
from cubeclust.fisher.total import Total


def groups(n: int = 240, p: int = 12, k: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Data (n, p) of overlapping groups with covariances of their own, and labels."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, k, n)
    scales = 0.5 + random.random((k, p))
    return 1.5 * random.standard_normal((k, p))[labels] + scales[labels] * random.standard_normal((n, p)), labels


def disturbed(labels: np.ndarray, k: int = 3) -> torch.Tensor:
    """Posterior of a start with a third of the labels drawn anew."""
    random = np.random.default_rng(1)
    start = np.where(random.random(len(labels)) < 1 / 3, random.integers(0, k, len(labels)), labels)
    return torch.tensor(np.eye(k)[start])


def rules(sample: Sample, step: str = "svd", shrinkage: float | None = None) -> MaximumLikelihood:
    return MaximumLikelihood(Total.of(sample, shrinkage), step, 1e-6)


def fitted(data: np.ndarray, start: torch.Tensor, model: str = "DkBk", step: str = "svd") -> FisherFit:
    sample = Sample.of(torch.tensor(data))
    return fit(sample, start, MODELS[model], rules(sample, step), max_iter=60)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_fixed_loadings_never_lower_the_likelihood(model: str, dtype: torch.dtype) -> None:
    data, labels = groups()
    sample = Sample.of(torch.tensor(data, dtype=dtype))
    posterior, course = disturbed(labels), []
    own = rules(sample)
    loadings = own.loadings(Classes.of(sample, posterior), 2)
    for _ in range(40):
        classes = Classes.of(sample, posterior)
        places = Places.of(sample, classes.means, loadings)
        posterior, log_likelihood = expect(own.mixture(MODELS[model], classes, loadings, places), places)
        course.append(log_likelihood)
    steps = np.diff(course)
    assert steps.min() > -1e-9 * abs(course[-1])
    assert steps[0] > 1, "the start is far from the optimum"


@pytest.mark.parametrize("model", MODELS)
def test_density_is_that_of_a_gaussian(model: str) -> None:
    """Joint densities against scipy with the covariance U D U' + b (I - U U') written out."""
    data, labels = groups(n=90, p=6)
    sample = Sample.of(torch.tensor(data))
    classes = Classes.of(sample, disturbed(labels))
    own = rules(sample)
    loadings = own.loadings(classes, 2)
    places = Places.of(sample, classes.means, loadings)
    mixture = own.mixture(MODELS[model], classes, loadings, places)
    centered = (data - sample.center.numpy()) / sample.unit
    u = loadings.numpy()
    for k in range(3):
        covariance = u @ mixture.scatter[k].numpy() @ u.T + mixture.noise[k].item() * (np.eye(6) - u @ u.T)
        expected = multivariate_normal(mixture.means[k].numpy(), covariance).logpdf(centered)
        found = mixture.log_joint(places)[:, k] - mixture.prior[k].log()
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_scatter_is_the_weighted_one() -> None:
    data, labels = groups(n=90, p=6)
    sample = Sample.of(torch.tensor(data))
    classes = Classes.of(sample, 0.7 * disturbed(labels) + 0.1)
    loadings = rules(sample).loadings(classes, 2)
    moments = Moments.of(classes.posterior, Places.of(sample, classes.means, loadings))
    centered, u, weights = (data - data.mean(axis=0)) / sample.unit, loadings.numpy(), classes.posterior.numpy()
    for k in range(3):
        offsets = centered - np.average(centered, axis=0, weights=weights[:, k])
        whole = (weights[:, k, None] * offsets).T @ offsets
        np.testing.assert_allclose(moments.scatter[k], u.T @ whole @ u, rtol=1e-9, atol=1e-9)
        assert moments.beyond[k].item() == pytest.approx(np.trace(whole) - np.trace(u.T @ whole @ u), rel=1e-9)


@pytest.mark.parametrize("step", ["svd", "gs", "reg"])
@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_unit_of_the_data_does_not_matter(step: str, factor: float) -> None:
    data, labels = groups()
    plain, scaled = (fitted(data * by, disturbed(labels), step=step) for by in (1.0, factor))
    assert len(plain.log_likelihoods) == len(scaled.log_likelihoods)
    np.testing.assert_allclose(scaled.log_likelihoods, plain.log_likelihoods, rtol=1e-9)
    np.testing.assert_allclose(scaled.posterior, plain.posterior, atol=1e-7)


@pytest.mark.parametrize("model", MODELS)
def test_class_of_one_spectrum_and_an_empty_one(model: str) -> None:
    """The covariance of all stands in for that of a single spectrum; an empty class stays empty."""
    data, labels = groups(k=2)
    data[7] += 40
    start = np.zeros((len(data), 4))
    start[np.arange(len(data)), labels] = 1
    start[7] = (0, 0, 1, 0)
    found = fitted(data, torch.tensor(start), model)
    assert np.isfinite(found.log_likelihoods).all()
    assert torch.isfinite(found.posterior).all()
    alone = found.posterior.argmax(dim=1).numpy()
    assert np.flatnonzero(alone == 2).tolist() == [7]
    assert found.posterior[:, 3].max() == 0
    others = np.arange(len(data)) != 7
    assert adjusted_rand_score(labels[others], alone[others]) > 0.9


@pytest.mark.parametrize("step", ["svd", "gs", "reg"])
def test_more_channels_than_spectra(step: str) -> None:
    """Without shrinkage the start itself would be separated perfectly, whatever it is."""
    random = np.random.default_rng(4)
    labels = random.integers(0, 3, 90)
    data = 0.4 * random.standard_normal((3, 200))[labels] + random.standard_normal((90, 200))
    found = fitted(data, disturbed(labels), "DB", step)
    assert adjusted_rand_score(labels, found.posterior.argmax(dim=1)) > 0.95


def test_two_solutions_that_take_turns_end_the_fit_with_thelikelier() -> None:
    own = MaximumLikelihood(
        Total(torch.eye(2, dtype=torch.float64), torch.ones(2, dtype=torch.float64), 0.0), "svd", 1e-4
    )
    turns = [-500.0, -400.0, *[-300.0, -290.0] * 4]
    assert own.alternates(turns, n=100)
    assert not own.converged(turns, n=100)
    assert not own.alternates(turns[:-2], n=100), "not yet sure"
    assert not own.alternates([-300.0] * 12, n=100), "that is convergence"
    assert not own.alternates([-300.0 + 5 * (i % 2) + i for i in range(20)], n=100), "it still gains"
    one_hot = torch.eye(4, dtype=torch.float64)
    first, second = (
        FisherFit(None, one_hot[order], [value]) for order, value in (([0, 1, 2, 3], -2.0), ([0, 1, 3, 2], -3.0))
    )
    assert em.likelier(first, second).log_likelihoods == em.likelier(second, first).log_likelihoods == [-2.0]
    assert em.likelier(first, second).unsettled == 0.5


@pytest.mark.parametrize("step", ["svd", "gs", "reg"])
def test_spectra_that_differ_in_fewer_directions_than_classes(step: str) -> None:
    """Three distinct spectra and five classes: the loadings are completed."""
    distinct = np.random.default_rng(0).standard_normal((3, 12))
    sample = Sample.of(torch.tensor(np.repeat(distinct, 50, axis=0)))
    start = torch.tensor(np.eye(5)[np.arange(150) % 5])
    loadings = rules(sample, step, 0.1).loadings(Classes.of(sample, start), 4)
    np.testing.assert_allclose(loadings.T @ loadings, np.eye(4), atol=1e-10)


@pytest.mark.parametrize("noise", [1.0, 1e-2, 1e-4])
def test_precision_of_the_data_decides_nothing(noise: float) -> None:
    """Signal to noise of 10,000 leaves 1e-8 of the squares: float32 flux is as good as its own digits."""
    random = np.random.default_rng(3)
    labels = random.integers(0, 3, 400)
    data = (random.standard_normal((3, 200))[labels] + noise * random.standard_normal((400, 200))).astype(np.float32)
    single, exact = (fitted(data.astype(dtype), disturbed(labels)) for dtype in (np.float32, np.float64))
    assert single.log_likelihoods == pytest.approx(exact.log_likelihoods, rel=1e-9)
    assert np.array_equal(single.posterior.argmax(dim=1), exact.posterior.argmax(dim=1))
    assert exact.mixture.noise.min() > 1e-9
