import numpy as np
import pytest

from cubeclust.simulation.axis import Axis
from cubeclust.simulation.populations import OLD, YOUNG, Population
from cubeclust.simulation.profile import lsf
from cubeclust.simulation.stars import Starlight
from cubeclust.spectroscopy.doppler import LIGHT_SPEED

HBETA, WIDTH, OWN, Z = 4861.33, 3.0, 60.0, 0.004
ONE_LINE = Population(temperature=6000, break_depth=0.0, metals=0.0, balmer=WIDTH, hydrogen_width=OWN)
LINELESS = Population(temperature=6000, break_depth=0.0, metals=0.0, balmer=0.0, hydrogen_width=OWN)


def spectrum(population: Population, velocity: float, sigma: float) -> np.ndarray:
    maps = (np.full((1, 1), value) for value in (1.0, velocity, sigma, 0.0))
    return Starlight("stars", *maps, redshift=Z, population=population).density(Axis().edges(0, 3681))[:, 0]


def moments(velocity: float, sigma: float) -> tuple[float, float, float]:
    """Equivalent width at rest, velocity and standard deviation (km/s) of H-beta in absorption."""
    wavelength = 4750 + 1.25 * np.arange(3681)
    depth = 1 - spectrum(ONE_LINE, velocity, sigma) / spectrum(LINELESS, velocity, sigma)
    near = np.abs(wavelength - HBETA * (1 + Z)) < 40
    speed = LIGHT_SPEED * (wavelength[near] / HBETA / (1 + Z) - 1)
    mean = np.average(speed, weights=depth[near])
    spread = np.sqrt(np.average((speed - mean) ** 2, weights=depth[near]))
    return 1.25 * depth[near].sum() / (1 + Z), mean, spread


@pytest.mark.parametrize("velocity", [-300.0, 0.0, 137.0])
@pytest.mark.parametrize("sigma", [60.0, 83.0, 150.0])
def test_a_line_keeps_its_width_and_shows_velocity_and_dispersion(velocity: float, sigma: float) -> None:
    width, mean, spread = moments(velocity, sigma)
    profile = np.hypot(lsf(HBETA * (1 + Z)), 1.25 / np.sqrt(12)) / HBETA / (1 + Z) * LIGHT_SPEED
    assert width == pytest.approx(WIDTH, rel=2e-3)
    assert mean == pytest.approx(velocity, abs=0.3)
    assert spread == pytest.approx(np.sqrt(sigma**2 + profile**2 + OWN**2), rel=5e-3)


@pytest.mark.parametrize("population", [OLD, YOUNG])
def test_spectra_are_as_full_of_lines_as_real_ones(population: Population) -> None:
    wavelength = 4750 + 1.25 * np.arange(3681)
    relative = spectrum(population, 0.0, 100.0) / population.continuum(wavelength / (1 + Z))
    assert 0.03 < relative[(wavelength > 4800) & (wavelength < 7000)].std() < 0.05


@pytest.mark.parametrize("redshift", [0.0, 0.8, 1.5])
@pytest.mark.parametrize("population", [OLD, YOUNG])
def test_absorption_never_takes_more_than_there_is(population: Population, redshift: float) -> None:
    maps = (np.full((1, 1), value) for value in (1.0, 0.0, 40.0, 0.0))
    light = Starlight("stars", *maps, redshift=redshift, population=population)
    assert light.density(Axis().edges(0, 3681)).min() > 0


def test_profile_of_bacon_2017() -> None:
    assert 2.3548 * lsf(7000.0) == pytest.approx(2.483, abs=0.001)  # by hand from the paper's coefficients
