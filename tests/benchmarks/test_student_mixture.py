"""The mixture of the paper: its moments, and the score that its oracle has there."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from benchmarks.student_mixture import MEANS, oracle, student_mixture


@pytest.mark.parametrize(("rho", "published"), [(1, 0.989), (2, 0.991)])
def test_oracle_scores_as_in_the_paper(rho: float, published: float) -> None:
    points, clusters = student_mixture(rho)
    assert adjusted_rand_score(clusters, oracle(points, rho)) == pytest.approx(published, abs=5e-4)


def test_gaussians() -> None:
    points, clusters = student_mixture(1, n=40_000, alpha=3.0)
    for cluster in range(3):
        rows = points[clusters == cluster]
        np.testing.assert_allclose(rows.mean(axis=0), 3.0 * MEANS[cluster], atol=0.04)
        np.testing.assert_allclose(np.cov(rows.T), np.eye(2), atol=0.06)


@pytest.mark.parametrize("rho", [1, 2])
def test_tail_of_the_student(rho: float) -> None:
    """In the plane P(|x| > r) = (1 + r^2 / rho)^(-rho / 2)."""
    points, clusters = student_mixture(rho, n=40_000)
    radius = np.linalg.norm(points[clusters == 3] - 5.0 * MEANS[3], axis=1)
    for limit in (1.0, 3.0, 10.0):
        assert np.mean(radius > limit) == pytest.approx((1 + limit**2 / rho) ** (-rho / 2), abs=0.015)
