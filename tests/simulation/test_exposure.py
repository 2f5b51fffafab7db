import numpy as np
import pytest

from cubeclust.simulation import SKIES
from cubeclust.simulation.axis import Axis
from cubeclust.simulation.exposure import exposed, seen
from cubeclust.simulation.field import BORDER, GOOD
from cubeclust.simulation.gas import Gaslight
from cubeclust.simulation.sky_background import sky_lines
from cubeclust.simulation.stars import Starlight
from cubeclust.spectroscopy.lines import EMISSION

Z = 0.003793
BAND = Axis(1000, 640)  # 6000:6800 Angstrom


@pytest.fixture(scope="module")
def sky():
    return SKIES["ngc1068"].make(40, 2, Z)


@pytest.mark.parametrize("snr", [5.0, 20.0])
def test_signal_to_noise_of_the_continuum_is_the_one_asked_for(sky, snr: float) -> None:
    _, variance = exposed(sky, 2, snr).planes(BAND, 0, 640)
    stars = tuple(light for light in sky.lights if isinstance(light, Starlight))
    continuum = seen(sky, stars, BAND.edges(0, 640))
    assert np.nanmedian(continuum / np.sqrt(variance)) == pytest.approx(snr, rel=0.05)


def test_variance_is_that_of_a_voxel(sky) -> None:
    axis = Axis(300, 200)
    flux, variance = exposed(sky, 2, 10.0).planes(axis, 0, 200)
    dark = sky_lines(axis.edges(0, 200)[1:]) < 0.01
    pull = (flux - seen(sky, sky.lights, axis.edges(0, 200))) / np.sqrt(variance)
    assert pull[dark][:, sky.field.bad == GOOD].std() == pytest.approx(1, abs=0.01)


def test_sky_lines_leave_more_than_noise(sky) -> None:
    axis = Axis(658, 9)  # around [OI] 5577
    flux, variance = exposed(sky, 2, 20.0).planes(axis, 0, 9)
    pull = (flux - seen(sky, sky.lights, axis.edges(0, 9))) / np.sqrt(variance)
    faint = (sky.field.bad == GOOD) & (sky.truth["CLASS"].values == 1)
    assert pull[4, faint].std() > 1.5


def test_data_miss_outside_the_field_and_borders_are_poor(sky) -> None:
    flux, variance = exposed(sky, 2, 20.0).planes(BAND, 0, 640)
    np.testing.assert_array_equal(np.isnan(flux).all(axis=0), sky.field.empty)
    np.testing.assert_array_equal(np.isnan(variance).any(axis=0), sky.field.empty)
    assert sky.field.empty[[0, 0, -1, -1], [0, -1, 0, -1]].all()
    clean = seen(sky, sky.lights, BAND.edges(0, 640))
    border = sky.field.bad == BORDER
    share = np.median(flux[:, border] / clean[:, border], axis=0)
    assert ((share > 0.3) & (share < 0.95)).all()
    pull = (flux - share.mean() * clean) / np.sqrt(variance)
    assert 0.003 < np.mean(np.abs(pull[:, border]) > 20) < 0.03


def test_a_window_is_cut_from_the_same_sky(sky) -> None:
    exposure = exposed(sky, 2, 20.0)
    for part, whole in zip(exposure.planes(Axis(1440, 30), 5, 20), exposure.planes(Axis(), 1445, 1460), strict=True):
        np.testing.assert_allclose(part, whole, rtol=1e-5)


def test_another_seed_is_another_galaxy_and_other_noise() -> None:
    skies = [SKIES["ngc1068"].make(20, seed, Z) for seed in (0, 1)]
    first, second = (sky.truth["FLUX_HALPHA"].values for sky in skies)
    assert np.max(np.abs(first / second - 1)) > 0.3
    noise = [exposed(skies[0], seed, 20.0).planes(Axis(0, 100), 0, 100)[0] for seed in (0, 1)]
    assert not np.array_equal(*noise, equal_nan=True)


def test_air_and_vacuum_show_one_source() -> None:
    sky = SKIES["blobs"].make(24, 0, Z)
    gas = tuple(light for light in sky.lights if isinstance(light, Gaslight))
    [halpha] = [line for line in EMISSION if line.name == "Halpha"]
    axes = {medium: Axis(1430, 60, medium) for medium in ("air", "vacuum")}
    wavelength = 4750 + 1.25 * np.arange(1430, 1490)
    y, x = np.argwhere(sky.truth["VGAS"].values == 0)[0]
    fluxes = []
    for medium, axis in axes.items():
        spectrum = seen(sky, gas, axis.edges(0, 60))[:, y, x]
        near = np.abs(wavelength - halpha.wavelength(medium) * (1 + Z)) < 8
        center = np.average(wavelength[near], weights=spectrum[near])
        assert center == pytest.approx(halpha.wavelength(medium) * (1 + Z), abs=0.02)  # 1 km/s
        fluxes.append(spectrum[near].sum())
    assert fluxes[1] == pytest.approx(fluxes[0], rel=1e-2)
