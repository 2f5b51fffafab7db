"""Features of an autoencoder against data whose true dimension is known."""

import pytest
import torch

from cubeclust.learning.autoencoder import embed


def low_rank(n: int, rank: int, n_wave: int = 60) -> torch.Tensor:
    """Rows on a hyperplane away from 0."""
    random = torch.Generator().manual_seed(0)
    return torch.randn(n, rank, generator=random) @ torch.randn(rank, n_wave, generator=random) + 5


def silent(done: int, total: int, error: float) -> None:
    pass


@pytest.mark.parametrize("n", [200, 2000])
def test_as_many_features_as_the_data_have_dimensions_reconstruct_them(n: int) -> None:
    assert embed(low_rank(n, 3), 3, 0, silent)[1] < 0.005
    assert embed(low_rank(n, 3), 1, 0, silent)[1] > 0.1, "and fewer do not"


def test_a_single_feature_follows_a_curve() -> None:
    """A parabola whose columns have variance 1 and no correlation: no line holds more than half of the variance."""
    place = torch.linspace(-1.5, 1.5, 2000)
    curve = torch.stack([place, place**2], dim=1)
    curve = (curve - curve.mean(dim=0)) / curve.std(dim=0)
    assert torch.linalg.eigvalsh(curve.T.cov())[1] / 2 < 0.51
    assert embed(curve, 1, 0, silent)[1] < 0.1


def test_the_seed_decides() -> None:
    first, again, other = (embed(low_rank(300, 4), 4, seed, silent)[0] for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other, atol=0.1)


@pytest.mark.parametrize("unit", [2.0**-12, 2.0**12])
def test_features_have_no_unit(unit: float) -> None:
    """Mean 0, deviation 1, the same in any unit of the spectra."""
    features, _ = embed(unit * low_rank(300, 4), 2, 0, silent)
    torch.testing.assert_close(features.mean(dim=0), torch.zeros(2), rtol=0, atol=1e-5)
    assert float(features.square().mean()) == pytest.approx(1, rel=1e-5)
    torch.testing.assert_close(features, embed(low_rank(300, 4), 2, 0, silent)[0], rtol=0, atol=1e-4)


def test_error_falls_and_the_passes_are_told() -> None:
    told: list[tuple[int, int, float]] = []
    _, error = embed(low_rank(600, 3), 3, 0, lambda *state: told.append(state))
    assert [done for done, _, _ in told] == list(range(1, told[-1][1] + 1))
    assert error <= told[-1][2] < told[0][2]
    assert told[0][2] > 0.5, "a network without training knows nothing of the data"
