"""The same velocities in air and in vacuum, in the files of other instruments, and those of real cubes."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from commands import call
from instruments import SKY, SKY_BY_STEPS
from skies import LINES, SPEED_OF_LIGHT, channel_limits, density_at_rest

from cubeclust.io.cubes.sample import sample_cube
from cubeclust.io.velocities.fields import read_velocity_field
from cubeclust.spectroscopy.lines import vacuum_to_air
from cubeclust.velocities.field import VelocityField

NY, NX, N_WAVE, NOISE = 4, 5, 360, 0.3
Z = 0.0038 + np.linspace(-200, 200, NY * NX).reshape(NY, NX) / SPEED_OF_LIGHT
LINEAR, LOGARITHMIC = 6400 + 1.25 * np.arange(N_WAVE), 6400 * 10 ** (8e-5 * np.arange(N_WAVE))


def source(wavelength: np.ndarray, medium: str) -> np.ndarray:
    """Flux (n_wave, NY, NX) of lines on a continuum of 1, moving at Z, where channels count air or vacuum."""
    edges = [vacuum_to_air(edge) if medium == "vacuum" else edge for edge in channel_limits(wavelength)]
    low, high = (edge[:, None, None] / (1 + Z) for edge in edges)
    strength = 20 * np.array(list(LINES.values()))[:, None, None] * np.ones((NY, NX))
    clean = density_at_rest(low, high, strength, 1.5) / (1 + Z)
    return (clean + NOISE * np.random.default_rng(0).standard_normal(clean.shape)).astype(np.float32)


def muse(medium: str = "air", ctype: str = "AWAV") -> list[fits.hdu.base._BaseHDU]:
    axis = fits.Header(SKY | {"CTYPE3": ctype, "CUNIT3": "Angstrom", "CRVAL3": 6400.0, "CRPIX3": 1.0, "CD3_3": 1.25})
    flux = source(LINEAR, medium)
    return [
        fits.PrimaryHDU(),
        fits.ImageHDU(flux, axis, name="DATA"),
        fits.ImageHDU(np.full_like(flux, NOISE**2), axis, name="STAT"),
    ]


def nirspec() -> list[fits.hdu.base._BaseHDU]:
    """s3d: micrometers in vacuum, standard deviations."""
    axis = fits.Header(
        SKY_BY_STEPS
        | {"CTYPE3": "WAVE", "CUNIT3": "um", "CRVAL3": 0.64, "CRPIX3": 1.0, "CDELT3": 1.25e-4, "PC3_3": 1.0}
    )
    flux = source(LINEAR, "vacuum")
    primary = fits.PrimaryHDU(header=fits.Header({"TELESCOP": "JWST", "INSTRUME": "NIRSPEC"}))
    return [
        primary,
        fits.ImageHDU(flux, axis, name="SCI"),
        fits.ImageHDU(np.full_like(flux, NOISE), name="ERR"),
        fits.ImageHDU(np.zeros(flux.shape, np.uint32), name="DQ"),
    ]


def manga() -> list[fits.hdu.base._BaseHDU]:
    """LOGCUBE: logarithmic channels in vacuum, inverse variance."""
    axis = fits.Header(
        SKY
        | {"CTYPE3": "WAVE-LOG", "CUNIT3": "Angstrom", "CRVAL3": 6400.0, "CRPIX3": 1.0}
        | {"CD3_3": 6400.0 * np.log(10) * 8e-5}
    )
    flux = source(LOGARITHMIC, "vacuum")
    primary = fits.PrimaryHDU(header=fits.Header({"INSTRUME": "MaNGA", "PLATEIFU": "7443-12703"}))
    return [
        primary,
        fits.ImageHDU(flux, axis, name="FLUX"),
        fits.ImageHDU(np.full_like(flux, 1 / NOISE**2), name="IVAR"),
        fits.ImageHDU(LOGARITHMIC, name="WAVE"),
    ]


def measured(cube: Path, output: Path, *options: object) -> tuple[VelocityField, str]:
    result = call("redshift", cube, "-o", output / "velocity.fits", *options)
    assert result.exit_code == 0, (result.stderr, result.exception)
    return read_velocity_field(output / "velocity.fits"), result.stderr


LAYOUTS = {
    "MUSE": muse(), "vacuum": muse("vacuum", "WAVE"), "NIRSpec": nirspec(), "MaNGA": manga(),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_source_has_the_same_velocity(layout: str, tmp_path: Path) -> None:
    fits.HDUList(LAYOUTS[layout]).writeto(tmp_path / "cube.fits")
    field, _ = measured(tmp_path / "cube.fits", tmp_path)
    assert field.medium == ("air" if layout == "MUSE" else "vacuum")
    wrong = SPEED_OF_LIGHT * (field.redshift - Z)
    assert abs(np.median(wrong)) < 1
    assert np.nanmax(np.abs(wrong / field.error)) < 4


@pytest.mark.parametrize("ctype", ["LINEAR", "LAMBDA"])
def test_an_unknown_medium_is_said_with_the_size_of_the_error(ctype: str, tmp_path: Path) -> None:
    fits.HDUList(muse("vacuum", ctype)).writeto(tmp_path / "cube.fits")
    (tmp_path / "told").mkdir()
    taken, said = measured(tmp_path / "cube.fits", tmp_path)
    assert "every velocity is 83 km/s too high" in said
    told, silent = measured(tmp_path / "cube.fits", tmp_path / "told", "--medium", "vacuum")
    assert "too high" not in silent
    assert SPEED_OF_LIGHT * np.median(taken.redshift - Z) == pytest.approx(83, abs=1.5)
    assert SPEED_OF_LIGHT * np.median(told.redshift - Z) == pytest.approx(0, abs=1.5)


def test_air_and_vacuum_of_a_made_sky(tmp_path: Path) -> None:
    found = {}
    for medium in ("air", "vacuum"):
        (tmp_path / medium).mkdir()
        cube = tmp_path / medium / "sky.fits"
        call("simulate", "blobs", "-o", cube, "--size", 20, "--channels", 300, "--medium", medium)
        found[medium], _ = measured(cube, tmp_path / medium)
    air, vacuum = found["air"], found["vacuum"]
    both = ~air.misleading & ~vacuum.misleading
    off = SPEED_OF_LIGHT * (air.redshift - vacuum.redshift)[both]
    assert np.count_nonzero(both) > 100
    assert abs(np.median(off)) < 1


def test_abell_478(tmp_path: Path) -> None:
    """The brightest galaxy and its filaments lie at z = 0.0859."""
    field, _ = measured(sample_cube(), tmp_path, "--crop", 10)
    assert field.systemic == pytest.approx(0.0859, abs=0.001)
    assert np.count_nonzero(~field.misleading) > 200


def test_ngc_7009(shared: Path, tmp_path: Path) -> None:
    """-46.6 km/s, heliocentric as the cube's wavelengths (Schneider et al. 1983, A&AS 52, 399)."""
    field, _ = measured(shared / "data" / "alfa_2x2" / "3dspec_2x2.fits", tmp_path)
    speed, error = SPEED_OF_LIGHT * field.redshift.ravel(), field.error.ravel()
    assert np.isfinite(speed).all()
    apart = np.abs(speed[:, None] - speed) / np.hypot(error[:, None], error)
    assert apart.max() < 1.5
    assert np.abs((speed + 46.6) / error).max() < 1.5


def test_ngc_3081(shared: Path, tmp_path: Path) -> None:
    """z = 0.00798; the header does not tell the medium, air is right."""
    field, said = measured(shared / "data" / "ngc3081_gmos" / "ngc3081_cube.fits", tmp_path)
    assert "--medium" in said
    assert field.systemic * SPEED_OF_LIGHT == pytest.approx(0.00798 * SPEED_OF_LIGHT, abs=50)
