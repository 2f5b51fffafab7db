"""Velocities of noiseless lines by correlation, wherever they lie between trials."""

import numpy as np
import pytest
import torch
from made_lines import EDGES, FLUXES, LSF, WAVELENGTH, Lines, Z

from cubeclust.kinematics.correlation import STEP, Correlated, correlate
from cubeclust.kinematics.line_windows import LinesInRange
from cubeclust.spectroscopy.lines import EMISSION


def correlated(density: np.ndarray, search: float = 1500.0) -> Correlated:
    lines = LinesInRange.of(EMISSION, "air", WAVELENGTH, Z, search)
    residual = torch.from_numpy(density).float()
    return correlate(residual, torch.ones_like(residual), EDGES, lines, np.full(len(lines), LSF), z=Z, search=search)


@pytest.mark.parametrize("sigma", [10.0, 50.0, 150.0])
def test_velocities_on_and_off_the_grid(sigma: float) -> None:
    velocity = np.array([-780.0, -140.0, 0.0, 7.0, 10.0, 333.3, 790.0])
    found = correlated(Lines(velocity, np.full(7, sigma)).density())
    np.testing.assert_allclose(found.velocity, velocity, atol=0.1 * STEP)


def test_the_width_is_that_of_the_nearer_template() -> None:
    found = correlated(Lines(np.zeros(2), np.array([40.0, 170.0])).density())
    np.testing.assert_array_equal(found.sigma, [50, 150])


def test_gain_is_chi2_without_the_lines() -> None:
    """A line as wide as the template, by itself, takes all of its squares off."""
    density = Lines(np.zeros(1), np.array([50.0])).density(fluxes={"[SII]6716": 80.0})
    # The other doublet's line, 640 km/s away, finds nothing.
    np.testing.assert_allclose(correlated(density, 400.0).gain, np.sum(density**2), rtol=1e-3)


@pytest.mark.parametrize("alone", FLUXES)
def test_ratios_are_free(alone: str) -> None:
    """One line ten times as strong as the others still leaves the right velocity, though others are in reach."""
    fluxes = dict.fromkeys(FLUXES, 10.0) | {alone: 100.0}
    velocity = np.array([-300.0, 0.0, 410.0])
    found = correlated(Lines(velocity, np.full(3, 60.0)).density(fluxes=fluxes))
    np.testing.assert_allclose(found.velocity, velocity, atol=0.1 * STEP)


def test_what_is_unknown_does_not_count() -> None:
    density = Lines(np.array([120.0]), np.array([60.0])).density()
    lines = LinesInRange.of(EMISSION, "air", WAVELENGTH, Z, 500.0)
    weight = torch.ones(1, density.shape[1])
    density[0, 40:60], weight[0, 40:60] = 1e6, 0
    found = correlate(
        torch.from_numpy(density).float(), weight, EDGES, lines, np.full(len(lines), LSF), z=Z, search=500.0
    )
    np.testing.assert_allclose(found.velocity, 120, atol=0.1 * STEP)
