"""Steps between neighbors against a graph made by hand and another search of the paths."""

import numpy as np
import pytest
import torch

from cubeclust.divergences.entries import row_blocks
from cubeclust.divergences.geodesic import connection, geodesic
from cubeclust.errors import InputError
from cubeclust.runtime import memory


def breadth_first(neighbors: np.ndarray) -> np.ndarray:
    """Steps between all rows (n, n) by matrix products, n where there is no path."""
    n = len(neighbors)
    steps, reached = np.full((n, n), n), np.eye(n, dtype=bool)
    steps[reached] = 0
    for step in range(1, n):
        reached = (neighbors @ reached.astype(int)) > 0
        steps[reached & (steps == n)] = step
    return steps


def test_points_in_a_row_by_hand() -> None:
    """0, 1, 2, 3 and, apart, 10, 11: 4 of 15 distances are 1, the least."""
    data = torch.tensor([[0.0], [1.0], [2.0], [3.0], [10.0], [11.0]])
    expected = np.full((6, 6), 6)
    expected[:4, :4] = np.abs(np.subtract.outer(range(4), range(4)))
    expected[4:, 4:] = [[0, 1], [1, 0]]
    assert np.array_equal(geodesic(data, 3 / 14), expected)


@pytest.mark.parametrize("quantile", [0.01, 0.05, 0.3, 1.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_equals_breadth_first_search_of_the_quantile(quantile: float, dtype: torch.dtype) -> None:
    """The threshold by numpy's quantile of the distances of all pairs, the paths by another algorithm."""
    data = torch.tensor(np.random.default_rng(3).standard_normal((150, 2)), dtype=dtype)
    distances = torch.cdist(data, data, compute_mode="donot_use_mm_for_euclid_dist").double().numpy()
    expected = breadth_first(distances <= np.quantile(distances[np.triu_indices(150, 1)], quantile) * (1 + 1e-6))
    found = geodesic(data, quantile)
    assert np.array_equal(found, expected)
    assert found.dtype == np.float32


def test_share_of_the_pairs_that_are_neighbors() -> None:
    """Of 64 rows 2,016 pairs, of which a twentieth are 101."""
    steps = geodesic(torch.tensor(np.random.default_rng(0).standard_normal((64, 8))), 0.05)
    assert np.count_nonzero(steps == 1) == 2 * 101


def test_parts_that_no_path_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows 0 to 3 and 10, 11 on a line: 8 of 15 pairs lie in both, however the rows are counted."""
    data = torch.tensor([[0.0], [1.0], [2.0], [3.0], [10.0], [11.0]])
    assert connection(geodesic(data, 3 / 14)) == (2, pytest.approx(8 / 15))
    assert connection(geodesic(data, 1.0)) == (1, 0.0)
    monkeypatch.setattr("cubeclust.divergences.geodesic.row_blocks", lambda n: row_blocks(n, 4))
    assert connection(geodesic(data, 3 / 14)) == (2, pytest.approx(8 / 15))
    assert connection(geodesic(data[:1], 0.05)) == (1, 0.0)


def test_blocks_of_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    data = torch.tensor(np.random.default_rng(3).standard_normal((150, 2)))
    whole = geodesic(data)
    monkeypatch.setattr("cubeclust.divergences.geodesic.row_blocks", lambda n: row_blocks(n, 40))
    assert np.array_equal(geodesic(data), whole)


def test_too_many_spectra_for_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 10**6)
    with pytest.raises(InputError, match=r"geodesic needs 18.2 MB .* 1000 spectra and 1 MB are free"):
        geodesic(torch.zeros(1000, 3))
