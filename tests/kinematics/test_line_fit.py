"""Fits of lines against scipy's least squares, and errors against the scatter of many draws."""

import numpy as np
import pytest
import torch
from made_lines import CORRELATION, EDGES, FLUXES, LSF, Lines, Z, correlated_noise, spectrograph
from scipy.optimize import OptimizeResult, least_squares
from scipy.special import erf

from cubeclust.kinematics.line_fit import LineFit, fit_lines
from cubeclust.kinematics.line_model import Spectrograph
from cubeclust.kinematics.line_windows import LineWindow
from cubeclust.spectroscopy.doppler import LIGHT_SPEED

NAMES = list(FLUXES)
N_DRAWS = 600
WITHIN = 0.6827  # share of a Gaussian within one standard deviation


def fitted(
    density: np.ndarray,
    variance: np.ndarray | float,
    start: np.ndarray,
    sigma: float = 60.0,
    correlation: list[float] | None = None,
    fluxes: dict[str, float] = FLUXES,
) -> LineFit:
    """Lines of spectra (n, n_wave) float32, NaN where unknown."""
    flux = torch.from_numpy(density).float()
    weight = torch.where(
        flux.isfinite(), torch.as_tensor(1 / np.broadcast_to(variance, density.shape).copy()).float(), 0
    )
    velocity = torch.from_numpy(np.asarray(start, float))
    return fit_lines(
        flux.nan_to_num(0.0), weight, spectrograph(correlation, fluxes), velocity, torch.full_like(velocity, sigma)
    )


def noisy(n: int, noise: float, velocity: float = 30.0, sigma: float = 80.0, seed: int = 0) -> np.ndarray:
    lines = Lines(np.full(n, velocity), np.full(n, sigma))
    return lines.density() + noise * np.random.default_rng(seed).standard_normal((n, len(EDGES) - 1))


def test_noiseless_lines_come_back() -> None:
    velocity, sigma = np.array([-220.0, -13.0, 0.0, 90.0, 305.0]), np.array([15.0, 40.0, 80.0, 150.0, 300.0])
    found = fitted(Lines(velocity, sigma).density(), 0.01, velocity + 25)
    np.testing.assert_allclose(found.velocity, velocity, atol=0.02)
    np.testing.assert_allclose(found.sigma, sigma, rtol=2e-3)
    np.testing.assert_allclose(found.flux, np.tile(list(FLUXES.values()), (5, 1)), rtol=2e-3)
    np.testing.assert_allclose(found.h3, 0, atol=2e-3)
    np.testing.assert_allclose(found.h4, 0, atol=2e-3)


def channels_of(seen: Spectrograph, window: LineWindow, velocity: float) -> np.ndarray:
    """Channels around a window's lines at a velocity, as many as it has."""
    middle = np.mean(seen.lines.rest[list(window.lines)]) * (1 + Z) * (1 + velocity / LIGHT_SPEED)
    first = np.searchsorted(EDGES, middle) - 1 - window.n_channels // 2
    return np.arange(first, first + window.n_channels)


def least(seen: Spectrograph, spectrum: np.ndarray, noise: float, start: list[float]) -> tuple[OptimizeResult, int]:
    """scipy's least squares for velocity, ln(width), fluxes and a straight line for each window; number of samples."""
    rest, n_lines = seen.lines.rest, len(seen.lines)
    places = [channels_of(seen, window, start[0]) for window in seen.lines.windows]

    def residuals(p: np.ndarray) -> np.ndarray:
        center = rest * (1 + Z) * (1 + p[0] / LIGHT_SPEED)
        width = np.hypot(center * np.exp(p[1]) / LIGHT_SPEED, LSF)
        parts = []
        for number, (window, place) in enumerate(zip(seen.lines.windows, places, strict=True)):
            level, slope = p[2 + n_lines + 2 * number :][:2]
            model = level + slope * np.linspace(-1, 1, len(place))
            for line in window.lines:
                below = erf((EDGES[place[0] : place[-1] + 2] - center[line]) / width[line] / np.sqrt(2)) / 2
                model += p[2 + line] * np.diff(below) / 1.25
            parts.append((model - spectrum[place])[np.isfinite(spectrum[place])] / noise)
        return np.concatenate(parts)

    first = np.array([*start, *np.zeros(2 * len(places))])
    best = least_squares(residuals, first, xtol=1e-12, ftol=1e-12, x_scale=np.maximum(np.abs(first), 1))
    return best, len(best.fun)


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("names", [NAMES[:3], NAMES])
def test_least_chi2_is_that_of_scipy(names: list[str], gaps: bool) -> None:
    """The velocity where there is one window: of several, each has its own say."""
    noise, fluxes = 4.0, {name: FLUXES[name] for name in names}
    density = Lines(np.full(4, 30.0), np.full(4, 80.0)).density(fluxes=fluxes)
    density += noise * np.random.default_rng(0).standard_normal(density.shape)
    if gaps:
        density[np.random.default_rng(1).uniform(size=density.shape) < 0.1] = np.nan
    found, seen = fitted(density, noise**2, np.full(4, 30.0), fluxes=fluxes), spectrograph(fluxes=fluxes)
    for row in range(4):
        best, n_samples = least(seen, density[row], noise, [30, np.log(80), *fluxes.values()])
        error = np.sqrt(np.diag(np.linalg.inv(best.jac.T @ best.jac)))
        assert np.log(float(found.sigma[row])) == pytest.approx(best.x[1], abs=5e-3 * error[1])
        assert found.sigma_error[row] / found.sigma[row] == pytest.approx(error[1], rel=0.02)
        own = slice(2, 2 + len(names))
        np.testing.assert_allclose((found.flux[row].numpy() - best.x[own]) / error[own], 0, atol=5e-3)
        np.testing.assert_allclose(found.flux_error[row], error[own], rtol=0.02)
        assert found.chi2[row] == pytest.approx(2 * best.cost / (n_samples - len(best.x)), rel=1e-4)
        assert found.velocity_error[row] >= 0.98 * np.hypot(error[0], 0.5)
        if len(seen.lines.windows) == 1:
            assert found.velocity[row] == pytest.approx(best.x[0], abs=5e-3 * error[0])


def within(values: torch.Tensor, truth: np.ndarray | float, error: torch.Tensor) -> np.ndarray:
    """Share of values (n, ...) within their errors of the truth."""
    return np.mean(np.abs(values.numpy() - truth) < error.numpy(), axis=0)


@pytest.mark.parametrize("noise", [2.0, 6.0])
def test_errors_under_white_noise(noise: float) -> None:
    """That of the velocity is on the safe side, as it has what skewed lines would leave open."""
    found = fitted(noisy(N_DRAWS, noise), noise**2, np.full(N_DRAWS, 30.0))
    assert WITHIN - 0.05 < within(found.velocity, 30.0, found.velocity_error) < WITHIN + 0.13
    assert within(found.sigma, 80.0, found.sigma_error) == pytest.approx(WITHIN, abs=0.05)
    np.testing.assert_allclose(within(found.flux, list(FLUXES.values()), found.flux_error), WITHIN, atol=0.06)
    assert within(found.h3, 0.0, found.h3_error) == pytest.approx(WITHIN, abs=0.06)
    assert within(found.h4, 0.0, found.h4_error) == pytest.approx(WITHIN, abs=0.06)
    assert float(found.velocity.mean()) == pytest.approx(30, abs=4 * float(found.velocity_error.mean()) / N_DRAWS**0.5)
    assert float(found.chi2.mean()) == pytest.approx(1, abs=0.02)


def test_errors_under_noise_that_neighbors_share() -> None:
    noise = 4.0
    density = noisy(N_DRAWS, 0.0) + correlated_noise(np.random.default_rng(2), (N_DRAWS, len(EDGES) - 1), noise)
    told = fitted(density, noise**2, np.full(N_DRAWS, 30.0), correlation=CORRELATION)
    assert WITHIN - 0.05 < within(told.velocity, 30.0, told.velocity_error) < WITHIN + 0.13
    assert within(told.sigma, 80.0, told.sigma_error) == pytest.approx(WITHIN, abs=0.05)
    np.testing.assert_allclose(within(told.flux, list(FLUXES.values()), told.flux_error), WITHIN, atol=0.06)
    untold = fitted(density, noise**2, np.full(N_DRAWS, 30.0))
    np.testing.assert_allclose(untold.flux, told.flux)
    assert np.all(within(untold.flux, list(FLUXES.values()), untold.flux_error) < WITHIN - 0.1)


@pytest.mark.parametrize(("h3", "h4"), [(0.05, 0.0), (-0.05, 0.0), (0.0, 0.05), (0.0, -0.05)])
def test_gauss_hermite_moments_come_back(h3: float, h4: float) -> None:
    """To first order: broad, well-sampled lines times 1 + h3 H3 + h4 H4 (van der Marel & Franx 1993)."""
    lines = Lines(np.zeros(1), np.full(1, 120.0))
    fine = np.linspace(EDGES[0], EDGES[-1], 8 * (len(EDGES) - 1) + 1)
    middle = (fine[1:] + fine[:-1]) / 2
    density = np.zeros(len(middle))
    for name, flux in FLUXES.items():
        bell = lines.density(fine, {name: flux})[0]
        center = np.sum(bell * middle) / bell.sum()
        u = (middle - center) / np.hypot(center * 120 / LIGHT_SPEED, LSF)
        third, fourth = (
            (2 * np.sqrt(2) * u**3 - 3 * np.sqrt(2) * u) / np.sqrt(6),
            (4 * u**4 - 12 * u**2 + 3) / np.sqrt(24),
        )
        density += bell * (1 + h3 * third + h4 * fourth)
    found = fitted(density.reshape(1, -1, 8).mean(axis=2), 1.0, np.zeros(1), 120.0)
    assert float(found.h3) == pytest.approx(h3, abs=0.012)
    assert float(found.h4) == pytest.approx(h4, abs=0.012)


def test_windows_that_disagree_say_so() -> None:
    """[SII] moves 60 km/s off the other lines; the velocity lies between, with an error as large as that tells."""
    sulfur = {name: flux for name, flux in FLUXES.items() if name.startswith("[SII]")}
    others = {name: flux for name, flux in FLUXES.items() if name not in sulfur}
    density = Lines(np.zeros(1), np.full(1, 60.0)).density(fluxes=others)
    density += Lines(np.full(1, 60.0), np.full(1, 60.0)).density(fluxes=sulfur)
    found = fitted(density, 0.01, np.zeros(1))
    assert float(found.disagreement) == pytest.approx(60 / np.sqrt(2), rel=0.1)
    assert 15 < float(found.velocity) < 45
    assert float(found.velocity_error) == pytest.approx(30, rel=0.2)
    together = fitted(Lines(np.zeros(1), np.full(1, 60.0)).density(), 0.01, np.zeros(1))
    assert float(together.disagreement) < 1


def test_a_spectrum_of_nothing_has_no_error_that_is_small() -> None:
    nothing = fitted(np.full((2, len(EDGES) - 1), np.nan), 1.0, np.zeros(2))
    assert not bool((nothing.velocity_error < 1e6).any())


def test_spectra_do_not_know_of_each_other() -> None:
    density = noisy(20, 8.0)
    together, alone = fitted(density, 64.0, np.zeros(20)), fitted(density[7:8], 64.0, np.zeros(1))
    np.testing.assert_allclose(together.velocity[7], alone.velocity[0], atol=1e-6)
    np.testing.assert_allclose(together.flux[7], alone.flux[0], rtol=1e-6)
