"""Mean and deviation."""

import numpy as np
import pytest
import torch

from cubeclust.learning.moments import moments


def test_small_signal_on_a_large_mean() -> None:
    """More rows than a block has, in float32: the mean of squares less the squared mean would be rounding."""
    data = (3000 + np.random.default_rng(0).standard_normal((2500, 7)) * 0.5).astype(np.float32)
    mean, spread = moments(torch.from_numpy(data))
    exact = data.astype(np.float64)
    np.testing.assert_allclose(mean, exact.mean(axis=0), rtol=1e-12)
    assert float(spread) == pytest.approx(exact.var(axis=0).mean() ** 0.5, rel=1e-10)


def test_rows_that_do_not_differ_count_as_standardized() -> None:
    assert float(moments(torch.full((40, 6), 0.1))[1]) == 1
