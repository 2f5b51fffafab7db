"""Velocities of stars of known absorption lines; channels of the night sky; a mean spectrum that proves itself."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from cubeclust.kinematics.absorption import Absorption, quiet_channels
from cubeclust.kinematics.absorption_lines import LINES, AbsorptionLines, absorption_lines_of
from cubeclust.kinematics.mean_stars import proven
from cubeclust.kinematics.residuals import Residuals
from cubeclust.kinematics.stars import StarsMoved, correlate_stars
from cubeclust.kinematics.template import Template, mean_template
from cubeclust.spectroscopy.doppler import LIGHT_SPEED

Z, WIDTH, DEPTH = 0.01, 100.0, 0.25
WAVELENGTH = 5100 + 1.25 * np.arange(400)  # Mg b and Fe at Z
RANGE = [line for line in LINES if 5150 < line.air < 5500]
WITHIN = 0.6827  # share of a Gaussian within one standard deviation


@dataclass(frozen=True)
class Stars:
    """Spectra of a level of 100 with the lines of RANGE at velocity (n,) km/s about Z, and noise."""

    velocity: np.ndarray
    noise: float

    def absorption(self, seed: int = 0) -> Absorption:
        flux = np.full((len(self.velocity), len(WAVELENGTH)), 100.0)
        for line in RANGE:
            center = line.air * (1 + Z) * (1 + self.velocity[:, None] / LIGHT_SPEED)
            flux *= 1 - DEPTH * line.strength * np.exp(-0.5 * (np.log(WAVELENGTH / center) * LIGHT_SPEED / WIDTH) ** 2)
        flux += self.noise * np.random.default_rng(seed).standard_normal(flux.shape)
        variance = torch.full(flux.shape, self.noise**2)
        return Absorption.of(Residuals.of(torch.from_numpy(flux).float(), variance), np.ones(len(WAVELENGTH), bool))


def absorption() -> AbsorptionLines:
    return AbsorptionLines(
        np.array([line.air for line in RANGE]), DEPTH * np.array([line.strength for line in RANGE]), WIDTH
    )


def moved(stars: Stars, seed: int = 0) -> StarsMoved:
    return correlate_stars(stars.absorption(seed), WAVELENGTH, absorption(), torch.ones(1), z=Z, search=600.0)


def test_velocities_come_back() -> None:
    velocity = np.array([-480.0, -37.0, 0.0, 12.5, 210.0, 500.0])
    found = moved(Stars(velocity, 0.1))
    np.testing.assert_allclose(found.velocity, velocity, atol=6.0)


def test_errors_are_those_of_many_draws() -> None:
    found = moved(Stars(np.full(600, 30.0), 2.0))
    off = found.velocity.numpy() - 30.0
    assert abs(np.median(off)) < 3
    assert np.mean(np.abs(off - np.median(off)) < found.error.numpy()) == pytest.approx(WITHIN, abs=0.08)


def test_depths_are_those_of_the_mean_spectrum() -> None:
    spectra = Stars(np.linspace(-300, 300, 60), 0.3).absorption()
    velocity = torch.linspace(-300, 300, 60).double()
    template = mean_template(spectra, velocity, torch.zeros(60).bool(), WAVELENGTH, medium="air", z=Z)
    found = absorption_lines_of(template, "air")
    assert found is not None
    np.testing.assert_allclose(found.rest, [line.air for line in RANGE])
    assert found.width == WIDTH
    np.testing.assert_allclose(found.depth, absorption().depth, atol=0.04)


def test_one_line_is_no_mark() -> None:
    logarithm = np.log(np.linspace(5220, 5310, 500))
    assert absorption_lines_of(Template(logarithm, np.zeros(500), np.ones(500)), "air") is None


def test_lines_of_the_night_sky_and_bands_of_the_air_are_not_quiet() -> None:
    wavelength = 6500 + 1.25 * np.arange(1000)
    weight = torch.ones(5, 1000)
    weight[:, 600:604] = 0.2
    weight[:, 700:704] = 0.3
    quiet = quiet_channels(weight, wavelength)
    air = ((wavelength >= 6865) & (wavelength <= 6960)) | ((wavelength >= 7585) & (wavelength <= 7710))
    expected = ~air
    expected[600:604] = False
    np.testing.assert_array_equal(quiet, expected)


def test_emission_has_no_say_on_stars() -> None:
    stars = Stars(np.array([100.0]), 0.5)
    clean = stars.absorption()
    residual = clean.residual.clone()
    residual[0, 200:210] += 80
    weight = torch.full_like(residual, 4.0)
    residuals = Residuals(residual, clean.continuum, weight)
    gas = Absorption.of(residuals, np.ones(len(WAVELENGTH), bool))
    assert not gas.weight[0, 200:210].any()
    assert (gas.weight[0, :200] > 0).all()


def known(velocity: np.ndarray, error: float = 5.0) -> StarsMoved:
    values = torch.from_numpy(velocity)
    return StarsMoved(values, torch.full_like(values, error), torch.full_like(values, 100.0))


def test_a_mean_spectrum_is_trusted_where_it_follows_the_lines() -> None:
    random = np.random.default_rng(0)
    truth = random.uniform(-150, 150, 200)
    lines = known(truth + random.normal(0, 5, 200))
    follows = proven(known(truth + 12 + random.normal(0, 2, 200), 2.0), lines, 25.0)
    assert follows == pytest.approx(12, abs=1.5)
    assert proven(known(0.5 * truth), lines, 25.0) is None, "half of it stays at the observer's wavelengths"
    assert proven(known(0.0 * truth), lines, 25.0) is None
    assert proven(lines, known(random.normal(0, 5, 200)), 25.0) is None, "errors make this spread"
    assert proven(lines, lines, 1000.0) is None, "nothing is seen"
