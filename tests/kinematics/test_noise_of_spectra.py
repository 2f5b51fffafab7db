"""Noise whose size and correlation are known, and the continuum beneath it."""

import numpy as np
import pytest
import torch
from made_lines import CORRELATION, correlated_noise

from cubeclust.kinematics.continuum import lower_quartile, raised
from cubeclust.kinematics.noise import noise_correlation, noise_scale, scattered_variance
from cubeclust.kinematics.residuals import Residuals


def continuum(flux: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
    return raised(lower_quartile(flux), variance)


def normal(shape: tuple[int, int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("sigma", [0.1, 20.0])
def test_continuum_of_noise_is_its_mean(sigma: float) -> None:
    flux = torch.from_numpy(100 + sigma * normal((200, 1000))).float()
    level = continuum(flux, torch.full_like(flux, sigma**2))
    assert abs(float(level.mean()) - 100) < 0.03 * sigma
    assert float((level - 100).std()) < 0.25 * sigma


def test_lines_do_not_lift_the_continuum() -> None:
    """Three lines of 5 channels in one window; a median's first quartile moves by 15 / 101 of the ranks."""
    flux = torch.from_numpy(100 + normal((200, 1000))).float()
    for place in (480, 500, 520):
        flux[:, place - 2 : place + 3] += 1000
    assert abs(float(continuum(flux, torch.ones_like(flux))[:, 450:550].mean()) - 100) < 0.3


def test_continuum_follows_a_slope_and_passes_over_gaps() -> None:
    ramp = torch.linspace(100, 200, 1000)[None].repeat(2, 1)
    ramp[1, 300:350] = torch.nan
    level = continuum(ramp, torch.where(ramp.isnan(), torch.nan, 1e-6))
    # A quartile of a window of 101 channels lies 25 channels of the slope lower.
    torch.testing.assert_close(level[0, 60:940], ramp[0, 60:940] - 25 * 100 / 999, rtol=0, atol=0.2)
    assert level.isfinite().all()


@pytest.mark.parametrize("times", [1e-4, 1e4])
def test_size_of_the_variance_claimed_does_not_matter(times: float) -> None:
    """Neither continuum nor weights follow it; both had the noise of the claim where it is far too large."""
    flux = torch.from_numpy(100 + 3 * normal((20, 1000))).float()
    right, wrong = (Residuals.of(flux, torch.full_like(flux, variance)) for variance in (9.0, 9.0 * times))
    for name in ("continuum", "weight"):
        torch.testing.assert_close(getattr(wrong, name), getattr(right, name), rtol=1e-4, atol=0)


@pytest.mark.parametrize("times", [0.25, 1.0, 9.0])
def test_scale_of_a_variance_that_is_wrong(times: float) -> None:
    residual = torch.from_numpy(np.sqrt(times) * 3 * normal((50, 3000))).float()
    scale = noise_scale(residual, torch.full_like(residual, 1 / 9))
    np.testing.assert_allclose(scale.numpy(), times, rtol=0.2)
    assert float(scale.mean()) == pytest.approx(times, rel=0.02)


def test_scale_passes_over_lines_and_unknown_samples() -> None:
    residual, weight = torch.from_numpy(normal((50, 3000))).float(), torch.ones(50, 3000)
    residual[:, 100:130] += 500
    weight[:, 1000:2000] = 0
    residual[:, 1000:2000] = 1e6
    assert float(noise_scale(residual, weight).mean()) == pytest.approx(1, rel=0.05)
    assert noise_scale(residual, torch.zeros_like(weight)).isnan().all()


def test_correlation_of_white_noise_is_none() -> None:
    residual = torch.from_numpy(normal((100, 2000))).float()
    np.testing.assert_allclose(noise_correlation(residual, torch.ones_like(residual)), [1, 0, 0, 0, 0], atol=0.02)


def test_correlation_of_smoothed_noise_is_that_of_the_kernel() -> None:
    residual = torch.from_numpy(correlated_noise(np.random.default_rng(0), (100, 2000))).float()
    np.testing.assert_allclose(noise_correlation(residual, torch.ones_like(residual)), CORRELATION, atol=0.02)


def test_nothing_known_of_the_noise_is_no_correlation() -> None:
    nothing = torch.zeros(3, 200)
    np.testing.assert_array_equal(noise_correlation(nothing, nothing), [1, 0, 0, 0, 0])


def test_variance_by_the_scatter() -> None:
    sigma = np.where(np.arange(3000) < 1500, 2.0, 6.0)
    flux = torch.from_numpy(50 + 0.1 * np.arange(3000) + sigma * normal((200, 3000))).float()
    variance = scattered_variance(flux).mean(dim=0)
    assert float(variance[:1300].mean()) == pytest.approx(4, rel=0.04)
    assert float(variance[1700:].mean()) == pytest.approx(36, rel=0.04)
