"""Noise of spectra against noise of known size."""

import numpy as np
import pytest

from cubeclust.cube import Cube
from cubeclust.spectra import Spectra
from cubeclust.statistics.noise import mean_errors, row_scatter, typical_noise

SIDE, N_WAVE = 20, 300


def spectra_of(flux: np.ndarray, variance: np.ndarray | None) -> Spectra:
    return Spectra.of(
        Cube(
            flux=flux.astype(np.float32),
            variance=None if variance is None else variance.astype(np.float32),
            wavelength=5000.0 + np.arange(len(flux)),
            frame=flux.shape[1:],
        )
    )


def made(sigma: np.ndarray | float, with_variance: bool = False) -> Spectra:
    """White noise of standard deviation sigma, broadcast to (N_WAVE, SIDE, SIDE), on a slope."""
    deviation = np.broadcast_to(sigma, (N_WAVE, SIDE, SIDE))
    slope = np.linspace(100, 300, N_WAVE)[:, None, None]
    flux = slope + np.random.default_rng(3).normal(0, 1, deviation.shape) * deviation
    return spectra_of(flux, deviation**2 if with_variance else None)


def test_scatter_is_the_noise_and_passes_over_lines_and_spikes() -> None:
    spectra = made(2.0)
    spectra.flux[:, 100:110] += 1000
    spectra.flux[:, 200] -= 500
    found = row_scatter(spectra.flux)
    assert np.median(found) == pytest.approx(2.0, rel=0.05)
    assert row_scatter(spectra.flux[:, :2]).tolist() == [pytest.approx(np.nan, nan_ok=True)] * SIDE**2


def test_error_of_the_mean_by_variance_and_by_scatter() -> None:
    band = np.arange(N_WAVE) < 100
    by_variance = mean_errors(made(2.0, with_variance=True), band)
    np.testing.assert_allclose(by_variance, 0.2, rtol=1e-6)
    assert np.median(mean_errors(made(2.0), band)) == pytest.approx(0.2, rel=0.05)


def test_error_of_the_mean_counts_the_samples_there_are() -> None:
    spectra = made(2.0, with_variance=True)
    spectra.flux[0, :75] = np.nan
    assert mean_errors(spectra, np.arange(N_WAVE) < 100)[0] == pytest.approx(2 / np.sqrt(25))


def test_typical_noise_by_variance_is_the_median_of_each_channel() -> None:
    sigma = np.random.default_rng(4).uniform(1, 3, (N_WAVE, SIDE, SIDE))
    spectra = made(sigma, with_variance=True)
    np.testing.assert_allclose(typical_noise(spectra), np.median(sigma.reshape(N_WAVE, -1), axis=1), rtol=1e-4)


def test_a_channel_without_variance_has_the_noise_of_its_neighbors() -> None:
    spectra = made(np.linspace(1, 2, N_WAVE)[:, None, None], with_variance=True)
    spectra.variance[:, 50], spectra.variance[:, 60] = np.nan, 0
    noise = typical_noise(spectra)
    np.testing.assert_allclose(noise, np.linspace(1, 2, N_WAVE), rtol=1e-5)


def test_typical_noise_by_scatter_follows_the_wavelength_and_passes_over_lines() -> None:
    sigma = np.linspace(1, 3, N_WAVE)
    spectra = made(sigma[:, None, None])
    strength = np.random.default_rng(5).uniform(0, 100, SIDE**2)[:, None]
    spectra.flux[:, 140:150] += strength * np.hanning(10)
    noise = typical_noise(spectra)
    np.testing.assert_allclose(noise[105:-105], sigma[105:-105], rtol=0.06)


def test_unknown_noise_is_nan() -> None:
    assert np.isnan(typical_noise(made(1.0).channels(np.arange(N_WAVE) < 2))).all()


def test_a_variance_in_another_unit_plays_no_role() -> None:
    """As of a plane of errors that holds variances."""
    spectra = made(1e-3, with_variance=True)
    spectra.variance[:] **= 2
    assert np.median(typical_noise(spectra)) == pytest.approx(1e-3, rel=0.1)


def test_variance_of_two_channels_counts() -> None:
    np.testing.assert_allclose(typical_noise(made(2.0, True).channels(np.arange(N_WAVE) < 2)), 2.0)
