"""The truth, against moments of lines measured on rendered planes without noise."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from cubeclust.simulation import SKIES
from cubeclust.simulation.axis import Axis
from cubeclust.simulation.exposure import seen
from cubeclust.simulation.gas import Gaslight
from cubeclust.simulation.profile import lsf
from cubeclust.simulation.seeing import Seeing
from cubeclust.simulation.sky import Sky
from cubeclust.simulation.stars import Starlight
from cubeclust.simulation.truth import median_velocity
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import EMISSION

Z = 0.003793
REST = {line.name: line.air for line in EMISSION}
EDGES = Axis().edges(0, 3681)
WAVELENGTH = 4750 + 1.25 * np.arange(3681)


@pytest.fixture(scope="module", params=["ngc1068", "blobs"])
def sky(request: pytest.FixtureRequest) -> Sky:
    return SKIES[request.param].make(60, 5, Z)


def narrow(sky: Sky) -> list[Gaslight]:
    return [light for light in sky.lights if isinstance(light, Gaslight) and light.kind != "broad"]


@np.errstate(invalid="ignore", divide="ignore")
def line(sky: Sky, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flux, mean velocity and variance of velocity (NY, NX) of a line that shines alone."""
    gas = tuple(replace(light, lines={name: light.lines[name]}) for light in narrow(sky))
    begin = round((REST[name] * (1 + Z) - 4750) / 1.25) - 60
    planes = seen(sky, gas, Axis().edges(begin, begin + 121)).astype(np.float64)
    flux = planes.sum(axis=0)
    speed = LIGHT_SPEED * (WAVELENGTH[begin : begin + 121] / REST[name] / (1 + Z) - 1)
    mean = np.tensordot(speed, planes, 1) / flux
    square = np.tensordot(speed**2, planes, 1) / flux
    sigma = np.hypot(lsf(REST[name] * (1 + Z)), 1.25 / np.sqrt(12)) / REST[name] / (1 + Z) * LIGHT_SPEED
    return 1.25 * flux, mean, square - mean**2 - sigma**2


def truth(sky: Sky, name: str) -> np.ndarray:
    return sky.truth[name].values


def test_flux_of_halpha(sky: Sky) -> None:
    bright = truth(sky, "EW_HALPHA") > 3
    np.testing.assert_allclose(line(sky, "Halpha")[0][bright], truth(sky, "FLUX_HALPHA")[bright], rtol=1e-3)


def test_velocity_and_dispersion_are_moments_of_what_all_lines_show(sky: Sky) -> None:
    lines = [line(sky, name) for name in narrow(sky)[0].visible]
    flux = sum(flux for flux, _, _ in lines)
    mean = sum(flux * velocity for flux, velocity, _ in lines) / flux
    between = sum(flux * (velocity - mean) ** 2 for flux, velocity, _ in lines) / flux
    within = sum(flux * variance for flux, _, variance in lines) / flux
    bright = truth(sky, "EW_HALPHA") > 3
    np.testing.assert_allclose(mean[bright], truth(sky, "VGAS_MEAN")[bright], atol=0.5)
    np.testing.assert_allclose(np.sqrt(between)[bright], truth(sky, "SPREAD_GAS")[bright], atol=0.5)
    np.testing.assert_allclose(np.sqrt(between + within)[bright], truth(sky, "SIGMA_GAS")[bright], rtol=0.02)


def test_one_line_shows_the_velocity_where_one_motion_has_all_the_flux(sky: Sky) -> None:
    _, velocity, _ = line(sky, "Halpha")
    alone = (truth(sky, "EW_HALPHA") > 3) & (truth(sky, "SPREAD_GAS") < 0.5)
    assert alone.sum() > 50
    assert np.percentile(np.abs(velocity - truth(sky, "VGAS"))[alone], 90) < 1


def test_velocity_of_stars_is_weighted_by_their_light() -> None:
    sky = SKIES["ngc1068"].make(32, 5, Z)
    old, young, _ = (light for light in sky.lights if isinstance(light, Starlight))
    edges = np.array([5499.0, 5501.0]) * (1 + Z)
    weights = [seen(sky, (light,), edges)[0] for light in (old, young)]
    inner = slice(sky.seeing.margin, -sky.seeing.margin)
    mean = sum(w * light.velocity[inner, inner] for w, light in zip(weights, (old, young), strict=True)) / sum(weights)
    smooth = np.hypot(*(np.indices((32, 32)) - 15.5)) > 10  # where seeing changes little
    np.testing.assert_allclose(truth(sky, "VSTARS")[smooth], mean[smooth], atol=3)


def test_blobs_have_the_velocities_of_their_numbers() -> None:
    sky = SKIES["blobs"].make(60, 0, 0.01)
    classes = truth(sky, "CLASS")
    for number, velocity in enumerate((-200, -100, 0, 100, 200), start=2):
        np.testing.assert_allclose(truth(sky, "VGAS")[classes == number], velocity, atol=0.01)
    np.testing.assert_allclose(truth(sky, "SIGMA_GAS")[classes > 1], 60, atol=0.01)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_galaxy_has_all_kinds_and_is_half_without_lines(seed: int) -> None:
    sky = SKIES["ngc1068"].make(60, seed, Z)
    classes = truth(sky, "CLASS")
    assert set(np.unique(classes)) == set(range(1, 12))
    assert 0.5 < np.mean(truth(sky, "EW_HALPHA") < 3) < 0.65
    assert np.mean(classes == 1) > 1 / 3
    assert np.nanmax(np.abs(truth(sky, "VGAS"))) < 400


def test_a_deep_field_has_galaxies_of_many_redshifts() -> None:
    sky = SKIES["hudf"].make(60, 0, 0.0)
    objects, redshifts, classes = (truth(sky, name) for name in ("OBJECT", "REDSHIFT", "CLASS"))
    found = {number: redshifts[objects == number] for number in np.unique(objects) if number}
    assert len(found) > 8
    assert all(np.ptp(values) == 0 for values in found.values())
    first = [values[0] for values in found.values()]
    assert len(set(first)) == len(first)
    assert 0.1 < min(first) < max(first) < 1.5
    assert np.isnan(redshifts[classes == 1]).all()


def test_lines_of_a_deep_field_lie_at_its_redshifts() -> None:
    sky = SKIES["hudf"].make(60, 0, 0.0)
    spectra = seen(sky, tuple(light for light in sky.lights if isinstance(light, Gaslight)), EDGES)
    classes, redshifts = truth(sky, "CLASS"), truth(sky, "REDSHIFT")
    shown = np.argwhere((classes == 4) & (redshifts < 0.8))
    assert len(shown)
    for y, x in shown:
        brightest = WAVELENGTH[np.argmax(spectra[:, y, x])]
        offs = [abs(brightest / (1 + redshifts[y, x]) - REST[name]) for name in ("[OIII]5007", "Halpha")]
        assert min(offs) < 1.0


def test_half_of_the_flux_lies_on_either_side_of_the_median() -> None:
    """A line of two motions: 70 % of the flux at 0 km/s, 30 % at 400."""
    shape, seeing = (4, 4), Seeing(4, 0.0)
    parts = {0.0: 0.7, 400.0: 0.3}
    gas = [
        Gaslight(
            "diffuse", *(np.full(shape, value) for value in (flux, velocity, 30.0, 0.0)), 0.0, {"Halpha": 1.0}, "x"
        )
        for velocity, flux in parts.items()
    ]
    found = median_velocity(gas, [light.total() for light in gas], seeing)
    np.testing.assert_allclose(found, 30 * ndtri(0.5 / 0.7), atol=0.2)
