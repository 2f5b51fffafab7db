"""Redshifts of made spectra in the range of MUSE, found without a hint."""

import numpy as np
import pytest

from cubeclust.kinematics.systemic import find_redshift
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import ABSORPTION, EMISSION, Line

WAVELENGTH = 4750 + 1.25 * np.arange(3681)
WITHIN = 40.0  # km/s: two steps of the search, and noise
WIDTH = 150.0  # km/s


def gaussians(
    lines: tuple[Line, ...], z: float, height: float, medium: str = "air", sigma: float = 100.0
) -> np.ndarray:
    """Gaussians as high as the lines are strong."""
    total = np.zeros(len(WAVELENGTH))
    for line in lines:
        off = np.log(WAVELENGTH / line.wavelength(medium) / (1 + z)) * LIGHT_SPEED
        total += height * line.strength * np.exp(-0.5 * (off / sigma) ** 2)
    return total


def noise(seed: int = 0) -> np.ndarray:
    return 100 + np.random.default_rng(seed).standard_normal(len(WAVELENGTH))


@pytest.mark.parametrize("z", [-0.002, 0.0, 0.0038, 0.0859, 0.3, 0.5, 0.8, 1.0, 1.2])
def test_emission(z: float) -> None:
    found = find_redshift(WAVELENGTH, noise() + gaussians(EMISSION, z, 100.0), "air")
    assert found is not None
    assert found.z == pytest.approx(z, abs=(1 + z) * WITHIN / LIGHT_SPEED)
    assert found.sure


@pytest.mark.parametrize("z", [-0.002, 0.01, 0.05, 0.25, 0.4, 0.7, 1.2])
def test_absorption(z: float) -> None:
    """Within the lines' width: they blend, and the search only has to come near."""
    found = find_redshift(WAVELENGTH, noise() - gaussians(ABSORPTION, z, 20.0, sigma=WIDTH), "air")
    assert found is not None
    assert found.z == pytest.approx(z, abs=(1 + z) * WIDTH / LIGHT_SPEED)


def test_medium_is_that_of_the_wavelengths() -> None:
    spectrum = noise() + gaussians(EMISSION, 0.01, 30.0, medium="vacuum")
    air, vacuum = (find_redshift(WAVELENGTH, spectrum, medium) for medium in ("air", "vacuum"))
    assert air is not None
    assert vacuum is not None
    assert vacuum.z == pytest.approx(0.01, abs=WITHIN / LIGHT_SPEED)
    assert (air.z - vacuum.z) * LIGHT_SPEED == pytest.approx(83, abs=WITHIN)


@pytest.mark.parametrize("n_wave", [400, 1200, 3681])
def test_noise_is_not_sure_of_a_redshift(n_wave: int) -> None:
    random = np.random.default_rng(1)
    found = [find_redshift(WAVELENGTH[-n_wave:], random.standard_normal(n_wave), "air") for _ in range(60)]
    assert sum(each is None or each.sure for each in found) <= 1


def test_a_rival_as_good_makes_it_unsure() -> None:
    """H-alpha alone could be any strong line."""
    alone = find_redshift(WAVELENGTH, noise() + gaussians(EMISSION[14:15], 0.1, 100.0), "air")
    assert EMISSION[14].name == "Halpha"
    assert alone is not None
    assert not alone.sure


def test_bounds_hold() -> None:
    spectrum = noise() + gaussians(EMISSION, 0.3, 30.0)
    found = find_redshift(WAVELENGTH, spectrum, "air", 0.0, 0.1)
    assert found is not None
    assert 0 <= found.z <= 0.1
    assert found.score < find_redshift(WAVELENGTH, spectrum, "air").score  # type: ignore[union-attr]


def test_gaps_and_unit_do_not_matter() -> None:
    spectrum = noise() + gaussians(EMISSION, 0.3, 30.0)
    whole = find_redshift(WAVELENGTH, spectrum, "air")
    assert whole is not None
    scaled = find_redshift(WAVELENGTH, 1e-18 * spectrum, "air")
    assert scaled is not None
    assert scaled.z == whole.z
    assert scaled.score == pytest.approx(whole.score, rel=1e-6)
    spectrum[1000:1100] = np.nan
    holed = find_redshift(WAVELENGTH, spectrum, "air")
    assert holed is not None
    assert holed.z == pytest.approx(0.3, abs=WITHIN / LIGHT_SPEED)


def test_no_line_in_range() -> None:
    wavelength = np.linspace(30000, 31000, 500)
    assert find_redshift(wavelength, np.ones(500), "vacuum", 0.0, 0.01) is None
