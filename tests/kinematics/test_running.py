"""Percentiles in running windows against numpy's."""

import numpy as np
import pytest
import torch

from cubeclust.kinematics.running import running_percentile


@pytest.mark.parametrize("n_wave", [1, 2, 50, 101, 400])
def test_constant_stays(n_wave: int) -> None:
    values = torch.full((2, n_wave), 7.0)
    torch.testing.assert_close(running_percentile(values, 25.0, 101), values)


def test_median_of_a_ramp_is_the_ramp_away_from_the_ends() -> None:
    ramp = torch.arange(400.0)[None]
    found = running_percentile(ramp, 50.0, 101)
    torch.testing.assert_close(found[:, 50:350], ramp[:, 50:350], rtol=0, atol=1e-3)
    assert found[0, 0] == 50, "the outermost window's value is held"
    assert found[0, -1] == 349


@pytest.mark.parametrize("percentile", [0.0, 25.0, 50.0, 90.0])
@pytest.mark.parametrize("unknown", [0.0, 0.3])
def test_in_the_middle_of_windows_it_is_numpys(percentile: float, unknown: float) -> None:
    """Windows of 101 of 501 channels begin 25 channels apart; a rank between two is rounded to one of them."""
    random = np.random.default_rng(0)
    values = random.standard_normal((3, 501)).astype(np.float32)
    values[random.uniform(size=values.shape) < unknown] = np.nan
    found = running_percentile(torch.from_numpy(values), percentile, 101).numpy()
    for start in range(0, 401, 25):
        window = values[:, start : start + 101]
        low, high = (np.nanpercentile(window, percentile, axis=1, method=side) for side in ("lower", "higher"))
        assert np.all((low <= found[:, start + 50]) & (found[:, start + 50] <= high))
    share = np.arange(25) / 25
    between = found[:, 50, None] * (1 - share) + found[:, 75, None] * share
    np.testing.assert_allclose(found[:, 50:75], between, atol=1e-5)


def test_short_spectra_have_one_window() -> None:
    values = torch.tensor([[3.0, 1.0, torch.nan, 2.0, 9.0]])
    torch.testing.assert_close(running_percentile(values, 50.0, 101), torch.full((1, 5), 3.0))


def test_gaps_longer_than_a_window_take_what_is_beside_them() -> None:
    values = torch.cat([torch.full((1, 200), 1.0), torch.full((1, 200), torch.nan), torch.full((1, 200), 5.0)], dim=1)
    found = running_percentile(values, 50.0, 101)
    assert found.isfinite().all()
    assert found[0, 0] == 1
    assert found[0, -1] == 5
    assert running_percentile(torch.full((1, 300), torch.nan), 50.0, 101).isnan().all()


def test_the_values_are_left_as_they_are() -> None:
    values = torch.randn(2, 300)
    values[0, :150] = torch.nan
    before = values.clone()
    running_percentile(values, 25.0, 101)
    torch.testing.assert_close(values, before, rtol=0, atol=0, equal_nan=True)
