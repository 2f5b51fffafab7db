"""The same GEMINI by geomloss, pair by pair, as by the package."""

import pytest
import torch

from benchmarks.usd_step import Problem
from benchmarks.usd_truth import geomloss_step


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean"])
def test_geomloss_agrees_where_its_annealing_is_fine(metric: str) -> None:
    random = torch.Generator().manual_seed(0)
    data, logits = (torch.randn(60, columns, generator=random, dtype=torch.float64) for columns in (5, 3))
    problem = Problem(data, logits, metric, "1r", {"sinkhorn_tolerance": 1e-10})
    divergence = problem.divergence()
    value, gradient = problem.step(divergence)
    theirs, their_gradient = geomloss_step(problem, divergence.epsilon, scaling=0.99)
    assert theirs == pytest.approx(value, rel=1e-3)
    assert float((their_gradient - gradient).norm() / gradient.norm()) < 0.01
