"""`cubeclust redshift` judges the velocities that ALFA or a map brings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from alfa import write_alfa_fits
from astropy.io import fits
from commands import call, refused
from skies import SPEED_OF_LIGHT, Galaxy, make_galaxy, write_sky, write_velocity_map

from cubeclust.io.velocities.fields import read_velocity_field
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import VelocityFlag

GUESS = 900.0


@pytest.fixture(scope="module")
def galaxy() -> Galaxy:
    """A disk of which no two spaxels have the same velocity, as measured ones have not."""
    made = make_galaxy(ny=12, nx=13, noise=0.5)
    return replace(made, velocity=made.velocity + np.random.default_rng(0).normal(0, 2, made.velocity.shape))


@pytest.fixture
def cube(tmp_path: Path, galaxy: Galaxy) -> Path:
    return write_sky(tmp_path / "disk.fits", galaxy)


def judged(cube: Path, *options: object) -> tuple[VelocityField, str]:
    path = cube.with_name("v.fits")
    result = call("redshift", cube, "-o", path, *options)
    assert result.exit_code == 0, (result.stderr, result.exception)
    return read_velocity_field(path), result.stderr


def spoiled(galaxy: Galaxy) -> tuple[np.ndarray, np.ndarray]:
    """Velocities with none in a corner, a guess in nine spaxels and one that is wrong; and their flags."""
    speed, flag = galaxy.velocity.copy(), np.zeros(galaxy.velocity.shape, int)
    speed[0, 0], flag[0, 0] = np.nan, VelocityFlag.NO_VELOCITY
    speed[9:, :3], flag[9:, :3] = GUESS, VelocityFlag.GUESS
    speed[3, 6] += 2000
    flag[3, 6] = VelocityFlag.OUTLYING
    return speed, flag


def test_a_map(cube: Path, galaxy: Galaxy) -> None:
    speed, flag = spoiled(galaxy)
    field, said = judged(cube, "--velocity-map", write_velocity_map(cube.with_name("map.fits"), speed))
    np.testing.assert_array_equal(field.flag & ~VelocityFlag.OUTLYING, flag & ~VelocityFlag.OUTLYING)
    outlying = field.flag & VelocityFlag.OUTLYING != 0
    np.testing.assert_array_equal(outlying & (flag & VelocityFlag.GUESS == 0), flag == VelocityFlag.OUTLYING)
    np.testing.assert_allclose(SPEED_OF_LIGHT * field.redshift[flag == 0], speed[flag == 0], atol=1e-2)
    assert "9 spaxels have exactly z" in said
    assert "145 of 156 spaxels have a velocity that does not mislead" in said


@pytest.mark.parametrize("unit", ["m/s", "z"])
def test_units_of_a_map(cube: Path, galaxy: Galaxy, unit: str) -> None:
    scale = {"m/s": 1e3, "z": 1 / SPEED_OF_LIGHT}[unit]
    path = write_velocity_map(cube.with_name("map.fits"), galaxy.velocity * scale, unit=None)
    field, _ = judged(cube, "--velocity-map", path, "--velocity-unit", unit)
    np.testing.assert_allclose(SPEED_OF_LIGHT * field.redshift, galaxy.velocity, atol=1e-2)


@pytest.mark.parametrize("option", [("--z", 0.004), ("--guess", 0.004 * SPEED_OF_LIGHT)])
def test_the_redshift_that_velocities_are_about(cube: Path, galaxy: Galaxy, option: tuple[str, float]) -> None:
    path = write_velocity_map(cube.with_name("map.fits"), galaxy.velocity)
    field, _ = judged(cube, "--velocity-map", path, *option, "--max-velocity", 150)
    assert field.systemic == pytest.approx(0.004)
    relative = (galaxy.velocity - 0.004 * SPEED_OF_LIGHT) / 1.004
    np.testing.assert_allclose(field.velocity, relative, atol=1e-2)
    np.testing.assert_array_equal(field.flag & VelocityFlag.FAR != 0, np.abs(relative) > 150)


def test_a_constant_map_is_no_guess(cube: Path, galaxy: Galaxy) -> None:
    path = write_velocity_map(cube.with_name("map.fits"), np.full(galaxy.velocity.shape, 1200.0))
    field, _ = judged(cube, "--velocity-map", path)
    assert not field.flag.any()
    assert field.systemic * SPEED_OF_LIGHT == pytest.approx(1200)


def test_the_fits_of_alfa(cube: Path, galaxy: Galaxy) -> None:
    speed, flag = spoiled(galaxy)
    folder = cube.with_name("alfa")
    folder.mkdir()
    for y, x in np.argwhere(np.isfinite(speed)):
        write_alfa_fits(folder, "disk.fits", x + 1, y + 1, speed[y, x])
    field, said = judged(cube, "--from-alfa", folder)
    for bit in (VelocityFlag.NO_VELOCITY, VelocityFlag.GUESS):
        np.testing.assert_array_equal(field.flag & bit, flag & bit)
    assert field.flag[3, 6] == VelocityFlag.OUTLYING
    np.testing.assert_allclose(SPEED_OF_LIGHT * field.redshift[flag == 0], speed[flag == 0], atol=1e-2)
    assert set(field.fluxes) == {"Hbeta", "[OIII]4959", "[OIII]5007", "Halpha"}
    assert "145 of 156 spaxels" in said
    assert fits.getheader(cube.with_name("v.fits"))["ZSYS"] == pytest.approx(field.systemic)
    strict, _ = judged(cube, "--from-alfa", folder, "--min-lines", 99, "--keep", "few_lines", "--overwrite")
    np.testing.assert_array_equal(strict.flag & VelocityFlag.FEW_LINES != 0, np.isfinite(speed))


def test_no_fits_of_alfa(cube: Path) -> None:
    folder = cube.with_name("alfa")
    result = call("redshift", cube, "-o", cube.with_name("v.fits"), "--from-alfa", folder)
    refused(result, "alfa", "--from-alfa")
    folder.mkdir()
    write_alfa_fits(folder, "another.fits", 1, 1, 1000.0)
    result = call("redshift", cube, "-o", cube.with_name("v.fits"), "--from-alfa", folder)
    refused(result, "alfa", "another")
    assert not cube.with_name("v.fits").exists()
