"""Fisher's subspaces against a brute-force search and each other."""

import numpy as np
import pytest
import torch
from scipy.linalg import eigh, subspace_angles

from cubeclust.fisher.classes import Classes
from cubeclust.fisher.directions import DIRECTIONS
from cubeclust.fisher.sample import Sample
from cubeclust.fisher.total import Total

K, D = 4, 3


def problem(dead: bool = False) -> tuple[Sample, Classes]:
    random = np.random.default_rng(5)
    labels = random.integers(0, K, 300)
    noise = random.standard_normal((300, 10)) @ random.standard_normal((10, 10))
    data = 4 * random.standard_normal((K, 10))[labels] + noise
    if dead:
        data = np.column_stack([data, np.full(300, 7.0), data[:, 0] + data[:, 1]])
    sample = Sample.of(torch.tensor(data), 1.0)
    return sample, Classes.of(sample, torch.tensor(np.eye(K)[labels]))


@pytest.mark.parametrize("dead", [False, True])
@pytest.mark.parametrize("step", DIRECTIONS)
def test_loadings_are_orthonormal(step: str, dead: bool) -> None:
    sample, classes = problem(dead)
    loadings = DIRECTIONS[step](classes.between, Total.of(sample, 0.0), D)
    np.testing.assert_allclose(loadings.T @ loadings, np.eye(D), atol=1e-10)


@pytest.mark.parametrize("step", ["svd", "reg"])
def test_subspace_is_that_of_discriminant_analysis(step: str) -> None:
    sample, classes = problem()
    between = (classes.between @ classes.between.T).numpy()
    directions = eigh(between, sample.covariance().numpy())[1][:, -D:]
    loadings = DIRECTIONS[step](classes.between, Total.of(sample, 0.0), D)
    assert subspace_angles(directions, loadings.numpy()).max() < 1e-7


@pytest.mark.parametrize("step", DIRECTIONS)
def test_channels_that_say_nothing_new_do_not_matter(step: str) -> None:
    """A dead channel and one that is the sum of two others, against the pseudo-inverse of numpy."""
    sample, classes = problem(dead=True)
    total = Total.of(sample, 0.0)
    assert len(total.values) == 10
    inverse = np.linalg.pinv(sample.covariance().numpy(), rcond=1e-10, hermitian=True)
    np.testing.assert_allclose(total.solve(classes.between), inverse @ classes.between.numpy(), atol=1e-9)
    assert DIRECTIONS[step](classes.between, total, D)[10].abs().max() < 1e-9


def test_each_direction_of_gs_has_the_largest_ratio_in_what_is_left() -> None:
    sample, classes = problem()
    covariance, between = sample.covariance().numpy(), (classes.between @ classes.between.T).numpy()
    loadings = DIRECTIONS["gs"](classes.between, Total.of(sample, 0.0), D).numpy()
    for k in range(D):
        left = np.linalg.svd(loadings[:, :k], full_matrices=True)[0][:, k:] if k else np.eye(10)
        values, vectors = eigh(left.T @ between @ left, left.T @ covariance @ left)
        best = left @ vectors[:, -1]
        assert abs(best @ loadings[:, k]) / np.linalg.norm(best) == pytest.approx(1, abs=1e-8)
        ratio = loadings[:, k] @ between @ loadings[:, k] / (loadings[:, k] @ covariance @ loadings[:, k])
        assert ratio == pytest.approx(values[-1], rel=1e-8)


def test_gs_with_fewer_classes_than_directions() -> None:
    """An empty class leaves a direction that separates nothing: a principal component stands in."""
    sample, classes = problem()
    merged = classes.posterior.clone()
    merged[:, 0] += merged[:, 1]
    merged[:, 1] = 0
    loadings = DIRECTIONS["gs"](Classes.of(sample, merged).between, Total.of(sample, 0.0), D)
    np.testing.assert_allclose(loadings.T @ loadings, np.eye(D), atol=1e-10)


def test_shrinkage_of_ledoit_and_wolf() -> None:
    """Against scikit-learn, which computes it from the data in float64."""
    from sklearn.covariance import ledoit_wolf

    data = np.random.default_rng(2).standard_normal((80, 50)) * np.linspace(0.2, 3, 50)
    covariance, share = ledoit_wolf(data)
    total = Total.of(Sample.of(torch.tensor(data), 1.0))
    assert total.shrinkage == pytest.approx(share, rel=1e-9)
    np.testing.assert_allclose((total.vectors * total.values) @ total.vectors.T, covariance, atol=1e-10)
