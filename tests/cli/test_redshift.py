"""`cubeclust redshift` on skies whose velocities are known."""

import json
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from click.testing import Result
from commands import call, refused
from skies import SPEED_OF_LIGHT, Galaxy, make_galaxy, sky_header, write_sky

from cubeclust.io.velocities.fields import read_velocity_field
from cubeclust.pipelines.redshift.measurement import _WORK
from cubeclust.runtime import memory
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import Tracer, VelocityFlag

SYSTEMIC = 0.0038  # of skies.make_galaxy


def measured(cube: Path, *options: object, output: str = "v.fits") -> tuple[VelocityField, Result]:
    """The velocities that the command writes beside the cube, and what it says."""
    path = cube.with_name(output)
    result = call("redshift", cube, "-o", path, *options)
    assert result.exit_code == 0, (result.stderr, result.exception)
    assert result.stdout.strip() == str(path)
    return read_velocity_field(path), result


def simulated(folder: Path, sky: str, **options: object) -> Path:
    path = folder / f"{sky}.fits"
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    assert call("simulate", sky, "-o", path, *words, "-q").exit_code == 0
    return path


def off(field: VelocityField, truth: np.ndarray, systemic: float) -> np.ndarray:
    """Velocities less the truth about `systemic`, km/s, of all that does not mislead."""
    z = systemic + (1 + systemic) * truth / SPEED_OF_LIGHT
    return (SPEED_OF_LIGHT * (field.redshift - z) / (1 + systemic))[~field.misleading]


@pytest.fixture(scope="module")
def galaxy() -> Galaxy:
    return make_galaxy(ny=12, nx=13, noise=0.5)


@pytest.fixture
def cube(tmp_path: Path, galaxy: Galaxy) -> Path:
    return write_sky(tmp_path / "disk.fits", galaxy)


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulated(tmp_path_factory.mktemp("blobs"), "blobs", size=20, channels=400)


@pytest.fixture(scope="module")
def field_of_blobs(blobs: Path) -> VelocityField:
    return measured(blobs)[0]


def test_velocities_and_fluxes_of_a_disk(cube: Path, galaxy: Galaxy) -> None:
    field, result = measured(cube)
    assert field.medium == "air"
    assert (field.tracer == Tracer.GAS).all()
    assert not field.misleading.any()
    z = galaxy.velocity / SPEED_OF_LIGHT
    assert field.systemic == pytest.approx(np.median(z), abs=1e-5)
    assert np.median(field.velocity) == pytest.approx(0, abs=1e-3)
    wrong = SPEED_OF_LIGHT * (field.redshift - z) / field.error
    assert np.median(np.abs(wrong)) < 0.8
    assert np.abs(wrong).max() < 5
    np.testing.assert_allclose(
        np.median(np.stack(list(field.fluxes.values())) / galaxy.line_flux, axis=(1, 2)), 1, rtol=0.03
    )
    assert field.flux_unit == "10**(-20)*erg/s/cm**2/Angstrom*Angstrom"
    assert "systemic redshift" in result.stderr
    assert "156 of 156 spaxels have a velocity that does not mislead (156 of gas, 0 of stars)" in result.stderr


def test_blobs(blobs: Path, field_of_blobs: VelocityField) -> None:
    truth = fits.open(blobs.with_name("blobs_truth.fits"))
    gas = truth["VGAS"].data
    assert field_of_blobs.systemic == pytest.approx(0.01, abs=2e-4)
    good = ~field_of_blobs.misleading
    assert np.count_nonzero(good) > 0.9 * np.count_nonzero(truth["EW_HALPHA"].data > 5)
    wrong = off(field_of_blobs, gas, 0.01)
    assert np.median(np.abs(wrong)) < 2
    ratio = wrong / field_of_blobs.error[good]
    assert 0.3 < np.nanmedian(np.abs(ratio)) < 1.0
    assert np.nanmean(np.abs(ratio) < 5) > 0.98
    bright = truth["EW_HALPHA"].data > 20
    flux = field_of_blobs.fluxes["Halpha"][bright] / truth["FLUX_HALPHA"].data[bright]
    assert np.median(flux) == pytest.approx(1, abs=0.03)


def test_galaxy(tmp_path: Path) -> None:
    """Gas where one velocity is true; stars, whose velocity is a mean by light, within a tenth of a channel."""
    field, _ = measured(simulated(tmp_path, "ngc1068", size=24, channels=1600, snr=30))
    with fits.open(tmp_path / "ngc1068_truth.fits") as truth:
        components, gas, stars, bad = (truth[name].data for name in ("N_COMPONENTS", "VGAS", "VSTARS", "BAD"))
        zsys = truth[0].header["ZSYS"]
    assert field.systemic == pytest.approx(zsys, abs=3e-4)
    np.testing.assert_array_equal(field.flag == VelocityFlag.NO_VELOCITY, bad >= 2)
    v = SPEED_OF_LIGHT * (field.redshift - zsys) / (1 + zsys)
    for tracer, expected, simple, within in (
        (Tracer.GAS, gas, components <= 1, 1.0),
        (Tracer.STARS, stars, components <= 9, 6.0),
    ):
        chosen = simple & (field.tracer == tracer) & ~field.misleading
        assert np.count_nonzero(chosen) > 80
        wrong = np.abs(v - expected)[chosen]
        assert np.median(wrong) < within
        assert 0.3 < np.median(wrong / field.error[chosen]) < 1.0


def test_the_same_map_twice_and_by_any_memory(blobs: Path, field_of_blobs: VelocityField, tmp_path: Path) -> None:
    """Of a galaxy, too, whose night sky leaves lines."""
    galaxy = simulated(tmp_path, "ngc1068", size=20, channels=1000, snr=10)
    field_of_galaxy, _ = measured(galaxy)
    cases = ((blobs, field_of_blobs, 400, 20), (blobs, field_of_blobs, 400, 3), (galaxy, field_of_galaxy, 1000, 1))
    for cube, field, n_wave, rows in cases:
        budget = memory.LIBRARIES + _WORK + 1.01 * rows * (2 * 4 * 2 * n_wave * 20)
        again, result = measured(cube, "--memory", f"{budget / 1e3}kB", output=f"{rows}.fits")
        assert f" {rows} rows of spaxels at a time" in result.stderr
        assert again.systemic == pytest.approx(field.systemic, abs=1e-12)
        np.testing.assert_array_equal(again.flag, field.flag)
        for image in ("velocity", "error", "sigma", "snr"):
            np.testing.assert_allclose(getattr(again, image), getattr(field, image), rtol=0, atol=1e-3)


def test_too_little_memory(blobs: Path, tmp_path: Path) -> None:
    budget = memory.LIBRARIES + _WORK + 10_000
    result = call("redshift", blobs, "-o", tmp_path / "v.fits", "--memory", f"{budget / 1e3}kB")
    refused(result, "one row of spaxels takes", "--memory", "--crop")
    assert not list(tmp_path.iterdir())


def test_bins_gather_what_is_faint(tmp_path: Path) -> None:
    galaxy = make_galaxy(ny=12, nx=14, noise=4.0)
    cube = write_sky(tmp_path / "faint.fits", galaxy)
    options = ["--z", SYSTEMIC]
    single, _ = measured(cube, *options)
    field, result = measured(cube, *options, "--bin", 12, output="binned.fits")
    assert field.bins is not None
    inside = field.bins >= 0
    assert "faint spaxels are measured in" in result.stderr
    np.testing.assert_array_equal(field.flag & VelocityFlag.BINNED != 0, inside)
    assert np.count_nonzero(~field.misleading) > 1.2 * np.count_nonzero(~single.misleading)
    np.testing.assert_array_equal(field.velocity[~inside], single.velocity[~inside])
    for number in np.unique(field.bins[inside]):
        assert len(np.unique(field.velocity[field.bins == number])) == 1
    good = inside & ~field.misleading
    assert np.median(field.error[good]) < np.median(single.error[good])


def test_crop_and_mask_keep_the_frame(cube: Path, galaxy: Galaxy, tmp_path: Path) -> None:
    whole, _ = measured(cube, "--z", SYSTEMIC)
    mask = np.zeros(galaxy.truth.shape, np.int16)
    mask[5, 4:7] = 1
    fits.writeto(tmp_path / "mask.fits", mask)
    field, _ = measured(
        cube, "--z", SYSTEMIC, "--crop", "1,2,3,0", "--mask", tmp_path / "mask.fits", output="part.fits"
    )
    inside = np.zeros(mask.shape, bool)
    inside[3:, 1:-2] = True
    inside &= mask == 0
    np.testing.assert_array_equal(np.isfinite(field.velocity), inside)
    assert (field.flag[~inside] == VelocityFlag.NO_VELOCITY).all()
    np.testing.assert_allclose(field.velocity[inside], whole.velocity[inside], atol=1.0)
    header = fits.getheader(tmp_path / "part.fits", "VELOCITY")
    for key in ("CRVAL1", "CRVAL2", "CRPIX1", "CRPIX2", "CD1_1", "CD2_2"):
        assert header[key] == pytest.approx(sky_header(galaxy)[key])


def test_spaxels_and_samples_without_data(tmp_path: Path, galaxy: Galaxy) -> None:
    flux, variance = galaxy.flux.copy(), galaxy.variance.copy()
    flux[:, 2, 3] = np.nan
    variance[:, 4, 4] = 0
    flux[200:230, 6, :] = np.nan
    changed = Galaxy(flux, variance, galaxy.truth, galaxy.wavelength, galaxy.velocity, galaxy.line_flux)
    field, _ = measured(write_sky(tmp_path / "holes.fits", changed))
    nothing = np.zeros(galaxy.truth.shape, bool)
    nothing[2, 3] = nothing[4, 4] = True
    np.testing.assert_array_equal(field.flag & VelocityFlag.NO_VELOCITY != 0, nothing)
    wrong = (SPEED_OF_LIGHT * field.redshift - galaxy.velocity) / field.error
    assert np.nanmax(np.abs(wrong)) < 5


def test_without_a_variance_the_scatter_is_taken(cube: Path, tmp_path: Path, galaxy: Galaxy) -> None:
    with_one, _ = measured(cube)
    without, _ = measured(cube, "--variance-hdu", "none", output="without.fits")
    wrong = SPEED_OF_LIGHT * without.redshift - galaxy.velocity
    assert np.nanmedian(np.abs(wrong)) < 2
    np.testing.assert_allclose(np.nanmedian(without.error / with_one.error), 1, atol=0.15)


def test_the_unit_of_flux_does_not_matter(tmp_path: Path, galaxy: Galaxy, cube: Path) -> None:
    """The same source in erg/s/cm2/A: the same velocities, fluxes times 1e-18."""
    faint = Galaxy(
        galaxy.flux * np.float32(1e-18), galaxy.variance.astype(float) * 1e-36, galaxy.truth, galaxy.wavelength,
        galaxy.velocity, galaxy.line_flux,
    )  # fmt: skip
    header = sky_header(galaxy)
    header["BUNIT"] = "erg/s/cm**2/Angstrom"
    field, _ = measured(cube)
    small, _ = measured(write_sky(tmp_path / "small.fits", faint, header), output="small_v.fits")
    np.testing.assert_allclose(small.velocity, field.velocity, rtol=0, atol=0.01)
    np.testing.assert_array_equal(small.flag, field.flag)
    assert small.flux_unit == "erg/s/cm**2/Angstrom*Angstrom"
    for images in ("fluxes", "flux_errors"):
        for name, flux in getattr(field, images).items():
            np.testing.assert_allclose(getattr(small, images)[name] * 1e18, flux, rtol=1e-3, atol=1e-3)


def test_width_of_the_instrument_is_taken_off(cube: Path) -> None:
    """Lines of make_galaxy have sigma = 1.5 Angstrom, all told."""
    for fwhm in (0.0, 2.5):
        field, _ = measured(cube, "--lsf", fwhm, output=f"{fwhm}.fits")
        width = np.sqrt(1.5**2 - (fwhm / 2.35482) ** 2)
        assert np.median(field.sigma) == pytest.approx(width / 6600 * SPEED_OF_LIGHT, rel=0.03)


def test_words_of_keep(blobs: Path, tmp_path: Path, field_of_blobs: VelocityField) -> None:
    field, _ = measured(
        blobs, "--keep", "low_snr,few_lines,uncertain,at_bound,disagreeing,outlying", output="kept.fits"
    )
    np.testing.assert_array_equal(field.misleading, field.flag & (VelocityFlag.PROFILE | VelocityFlag.NO_VELOCITY) != 0)
    assert not np.array_equal(field.misleading, field_of_blobs.misleading)
    everything, _ = measured(blobs, "--keep", "all", output="everything.fits")
    np.testing.assert_array_equal(everything.misleading, np.isnan(everything.velocity))


def test_keep_none_drops_every_flag(blobs: Path) -> None:
    field, _ = measured(blobs, "--keep", "none", output="none.fits")
    np.testing.assert_array_equal(field.misleading, field.flag != 0)


def test_rules_are_those_asked_for(blobs: Path) -> None:
    field, _ = measured(
        blobs, "--min-snr", 30, "--min-lines", 4, "--max-error", 1, "--max-velocity", 150, output="strict.fits"
    )
    gas = field.tracer == Tracer.GAS
    for bit, broken in (
        (VelocityFlag.LOW_SNR, field.snr < 30),
        (VelocityFlag.FEW_LINES, field.n_lines < 4),
        (VelocityFlag.FAR, np.abs(field.velocity) > 150),
    ):
        np.testing.assert_array_equal((field.flag & bit != 0)[gas], broken[gas])
    uncertain, ambiguous = ((field.flag & bit != 0)[gas] for bit in (VelocityFlag.UNCERTAIN, VelocityFlag.PROFILE))
    assert uncertain.any()
    assert (field.error[gas][uncertain] > 1).all()
    assert (uncertain | ambiguous)[field.error[gas] > 1].all()


def test_record(cube: Path, tmp_path: Path) -> None:
    result = call("redshift", cube, "-o", tmp_path / "v.fits", "--json", "-q")
    assert result.stderr == ""
    record = json.loads(result.stdout)
    field = read_velocity_field(tmp_path / "v.fits")
    assert record["systemic"] == pytest.approx(field.systemic)
    assert record["confidence"] == pytest.approx(field.confidence, abs=1e-4)
    assert record["sure"] == (field.confidence >= 1.25)
    assert record["good"] == np.count_nonzero(~field.misleading) == record["of_gas"]
    assert record["median_error"] == pytest.approx(float(np.median(field.error)), rel=1e-4)
    assert set(map(Path, record["files"].values())) == {tmp_path / "v.fits", tmp_path / "v.png"}
    assert all(Path(path).exists() for path in record["files"].values())
