"""Single channels and holes go; the narrowest lines and the deepest absorption stay."""

import numpy as np
import pytest
import torch
from made_lines import EDGES, Lines

from cubeclust.kinematics.residuals import Residuals
from cubeclust.kinematics.spikes import spikes

N_WAVE = len(EDGES) - 1


def damaged(residual: np.ndarray, level: float = 100.0) -> np.ndarray:
    """Channels that count as damaged in a spectrum with noise of variance 1."""
    values = torch.from_numpy(residual).float()[None]
    return np.flatnonzero(spikes(values, torch.full_like(values, level), torch.ones_like(values))[0].numpy())


@pytest.mark.parametrize("height", [10.0, 1000.0, 1e6])
def test_a_single_channel_goes(height: float) -> None:
    residual = np.random.default_rng(0).standard_normal(N_WAVE)
    residual[[0, 50, N_WAVE - 1]] += height
    np.testing.assert_array_equal(damaged(residual), [0, 50, N_WAVE - 1])


def test_a_hole_goes() -> None:
    residual = np.zeros(N_WAVE)
    residual[50:54] = [-61, -100, -300, -59]
    np.testing.assert_array_equal(damaged(residual), [50, 51, 52])


@pytest.mark.parametrize("height", [10.0, 1000.0, 1e6])
@pytest.mark.parametrize("velocity", np.linspace(-30, 30, 7))
def test_the_narrowest_lines_stay(height: float, velocity: float) -> None:
    """MUSE's profile with gas of 5 km/s, wherever in a channel it falls."""
    density = Lines(np.array([velocity]), np.array([5.0])).density()[0]
    assert not len(damaged(density / density.max() * height))


def test_absorption_of_stars_stays() -> None:
    """Ca II at 8542 in cool giants: half of the continuum."""
    channel = np.arange(N_WAVE)
    assert not len(damaged(-50 * np.exp(-0.5 * ((channel - 150) / 2.5) ** 2)))


def test_damaged_and_unknown_samples_have_no_weight() -> None:
    random = np.random.default_rng(0)
    flux = torch.from_numpy(100 + random.standard_normal((2, 400))).float()
    variance = torch.ones_like(flux)
    flux[0, 100], flux[0, 200], variance[0, 300], variance[1, 50] = 1e4, torch.nan, torch.nan, 0
    residuals = Residuals.of(flux, variance)
    assert {(int(y), int(x)) for y, x in torch.argwhere(residuals.weight == 0)} == {
        (0, 100),
        (0, 200),
        (0, 300),
        (1, 50),
    }
    assert residuals.residual.isfinite().all()
    assert residuals.continuum.isfinite().all()


def test_weights_are_what_the_noise_bears_out() -> None:
    flux = torch.from_numpy(100 + 3 * np.random.default_rng(0).standard_normal((50, 2000))).float()
    for claimed in (torch.full_like(flux, 1.0), torch.full_like(flux, 9.0), None):
        weight = Residuals.of(flux, claimed).weight
        assert float(weight[weight > 0].mean()) == pytest.approx(1 / 9, rel=0.06)
