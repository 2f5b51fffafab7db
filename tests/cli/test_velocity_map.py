"""`cubeclust run --velocity-map`: classes by spectra, not by motion; windows at rest; bad maps end in one sentence."""

import re
from pathlib import Path

import h5py
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from click.testing import CliRunner, Result
from commands import record_of, refused
from skies import SPEED_OF_LIGHT, Galaxy, make_galaxy, sky_header, write_sky, write_velocity_map
from sklearn.metrics import adjusted_rand_score

from cubeclust.cli.main import main
from cubeclust.quality import Quality
from cubeclust.velocities.field import repeated_redshift

FAST = ["-m", "kmeans", "-k", "3"]


@pytest.fixture(scope="module")
def galaxy() -> Galaxy:
    return make_galaxy(noise=0.1)


@pytest.fixture
def cube(tmp_path: Path, galaxy: Galaxy) -> Path:
    return write_sky(tmp_path / "disk.fits", galaxy)


@pytest.fixture
def velocity(tmp_path: Path, galaxy: Galaxy) -> Path:
    return write_velocity_map(tmp_path / "v.fits", galaxy.velocity.astype(np.float32), "km/s", sky_header(galaxy))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["run", *map(str, arguments)])


def classes_of(record: dict) -> np.ndarray:
    return fits.getdata(record["files"]["classmap.fits"], "CLASSMAP")


def frame_mean(path: str) -> np.ndarray:
    """Mean spectrum of all classified spaxels, from those of the classes."""
    classes, spectra = fits.getdata(path, "CLASSMAP"), Table.read(path, "SPECTRA")
    return np.bincount(classes.ravel())[1:] @ spectra["MEAN"] / np.count_nonzero(classes)


@pytest.mark.parametrize("method", ["kmeans", "mmd-ovo"])
def test_classes_follow_the_spectra_and_not_the_motion(
    cube: Path, velocity: Path, tmp_path: Path, galaxy: Galaxy, method: str
) -> None:
    arguments = [cube, "-m", method, "-k", 3]
    shifted = record_of(*arguments, "--velocity-map", velocity, "-o", tmp_path / "rest")
    plain = record_of(*arguments, "-o", tmp_path / "observed")
    scores = [adjusted_rand_score(galaxy.truth.ravel(), classes_of(record).ravel()) for record in (shifted, plain)]
    assert scores[0] > 0.99
    assert scores[1] < 0.7


def test_products_say_that_they_are_at_rest(cube: Path, velocity: Path, tmp_path: Path, galaxy: Galaxy) -> None:
    record = record_of(cube, "--velocity-map", velocity, *FAST, "-o", tmp_path)
    with fits.open(record["files"]["classmap.fits"]) as hdus:
        np.testing.assert_allclose(hdus["VELOCITY"].data, galaxy.velocity, rtol=1e-6)
        assert hdus["VELOCITY"].header["BUNIT"] == "km/s"
        assert hdus["VELOCITY"].header["CD2_2"] == pytest.approx(0.2 / 3600)
        assert hdus["WAVELENGTH"].header["SPECSYS"] == "SOURCE"
        history = "".join(hdus[0].header["HISTORY"])
        wavelength, mean = hdus["WAVELENGTH"].data["WAVELENGTH"], hdus["SPECTRA"].data["MEAN"]
    z = np.sort(galaxy.velocity.ravel()) / SPEED_OF_LIGHT
    assert f"z = v / c from {z[0]:.6g} to {z[-1]:.6g}" in history
    for spectrum in mean:
        assert np.abs(wavelength - 6562.8)[spectrum[: np.searchsorted(wavelength, 6572)].argmax()] < 0.7
    with h5py.File(record["files"]["result.h5"]) as file:
        assert file.attrs["rest"]
    assert record["settings"]["velocity_map"] == str(velocity)


def test_products_without_a_map_are_as_observed(cube: Path, tmp_path: Path) -> None:
    record = record_of(cube, *FAST, "-o", tmp_path)
    with fits.open(record["files"]["classmap.fits"]) as hdus:
        assert "VELOCITY" not in hdus
        assert "SPECSYS" not in hdus["WAVELENGTH"].header


def test_units_give_the_same_map(cube: Path, tmp_path: Path, galaxy: Galaxy) -> None:
    maps = []
    for name, factor in (("km/s", 1.0), ("m/s", 1e3), ("z", 1 / SPEED_OF_LIGHT)):
        path = write_velocity_map(tmp_path / "v.fits", galaxy.velocity * factor, None)
        arguments = ["--velocity-map", path, "--velocity-unit", name, *FAST, "-o", tmp_path, "--overwrite"]
        table = Table.read(record_of(cube, *arguments)["files"]["classmap.fits"], "SPECTRA")
        maps.append(np.array(table["MEAN"]))
    np.testing.assert_allclose(maps[1], maps[0], rtol=1e-5)
    np.testing.assert_allclose(maps[2], maps[0], rtol=1e-5)


def test_windows_are_at_rest_and_hold_what_all_channels_would(cube: Path, velocity: Path, tmp_path: Path) -> None:
    """Reading only the channels that a window needs changes no sample of it."""
    common = ["--velocity-map", velocity, "--normalize-band", "6600:6700", *FAST]
    whole = record_of(cube, *common, "-o", tmp_path / "whole")["files"]["classmap.fits"]
    windows = ["--window", "6555:6570", "--window", "6710:6720", "--exclude", "6715:6716"]
    part = record_of(cube, *common, *windows, "-o", tmp_path / "part")
    wavelength = Table.read(whole, "WAVELENGTH")["WAVELENGTH"]
    chosen = ((wavelength >= 6555) & (wavelength <= 6570)) | ((wavelength >= 6710) & (wavelength <= 6720))
    chosen &= ~((wavelength >= 6715) & (wavelength <= 6716))
    found = Table.read(part["files"]["classmap.fits"], "WAVELENGTH")["WAVELENGTH"]
    assert np.array_equal(found, wavelength[chosen])
    means = [frame_mean(path) for path in (whole, part["files"]["classmap.fits"])]
    np.testing.assert_allclose(means[1], means[0][chosen], rtol=1e-4)


def test_spaxel_without_velocity_has_its_own_bit(cube: Path, velocity: Path, tmp_path: Path) -> None:
    with fits.open(velocity, mode="update") as hdus:
        hdus[0].data[3, 5:9] = [np.nan, np.inf, -np.inf, np.nan]
        hdus[0].data[0, 0] = np.nan
    record = record_of(cube, "--velocity-map", velocity, "--crop", 1, *FAST, "-o", tmp_path)
    quality = fits.getdata(record["files"]["classmap.fits"], "QUALITY")
    assert quality[3, 5:9].tolist() == [Quality.NO_VELOCITY] * 4
    assert quality[0, 0] == Quality.CROPPED
    assert record["left_out"]["NO_VELOCITY"] == 4
    assert np.all(classes_of(record)[3, 5:9] == 0)
    assert np.isnan(fits.getdata(record["files"]["classmap.fits"], "VELOCITY")[3, 5:9]).all()


def test_range_is_that_of_the_spaxels_that_enter(cube: Path, velocity: Path, tmp_path: Path, galaxy: Galaxy) -> None:
    """Wild velocities outside the area, or masked, do not shorten the range; inside they are counted."""
    with fits.open(velocity, mode="update") as hdus:
        hdus[0].data[0, 0], hdus[0].data[7, 7] = 9000, -9000
    mask = np.zeros(galaxy.truth.shape, np.uint8)
    mask[7, 7] = 1
    fits.writeto(tmp_path / "mask.fits", mask)
    arguments = [cube, "--velocity-map", velocity, *FAST, "--overwrite", "-o", tmp_path]
    masked = run(*arguments, "--crop", 1, "--mask", tmp_path / "mask.fits")
    assert "outlying" not in masked.stderr
    wide = run(*arguments)
    assert "2 spaxels with outlying velocities" in wide.stderr
    assert len(Table.read(wide.stdout.strip(), "WAVELENGTH")) < 200


def test_window_reads_the_channels_that_its_redshifts_reach(
    cube: Path, velocity: Path, tmp_path: Path, galaxy: Galaxy
) -> None:
    narrow = ["--window", "6560:6565", "--normalize-band", "none", "-o", tmp_path]
    record = record_of(cube, "--velocity-map", velocity, *narrow, *FAST)
    (read,) = re.findall(r"([\d.]+:[\d.]+) Angstrom: 440 spectra with data", record["steps"][0])
    first, last = map(float, read.split(":"))
    slowest, fastest = 1 + galaxy.velocity.min() / SPEED_OF_LIGHT, 1 + galaxy.velocity.max() / SPEED_OF_LIGHT
    assert 6560 * slowest - 1.25 < first < 6560 * slowest + 1.25
    assert 6565 * fastest - 1.25 < last < 6565 * fastest + 1.25


def test_bad_maps_end_in_one_sentence(cube: Path, velocity: Path, tmp_path: Path, galaxy: Galaxy) -> None:
    def with_map(path: Path, *more: object) -> Result:
        return run(cube, "--velocity-map", path, *FAST, "-o", tmp_path / "out", *more)

    values, path = galaxy.velocity, tmp_path / "bad.fits"
    refused(with_map(tmp_path / "none.fits"), "none.fits: no such file")
    path.write_text("km/s")
    refused(with_map(path), "bad.fits: cannot be read as FITS")
    refused(with_map(cube), "holds no 2-D image", "--velocity-map")
    refused(with_map(write_velocity_map(path, values[1:])), "bad.fits", "shape (19, 22)", "whole frame")
    refused(with_map(write_velocity_map(path, values, None)), "no unit (BUNIT)", "--velocity-unit")
    refused(with_map(write_velocity_map(path, values, "Jy")), "'Jy'", "--velocity-unit")
    refused(with_map(velocity, "--velocity-unit", "z"), "which cannot be", "--velocity-unit")
    refused(with_map(velocity, "--velocity-hdu", "GAS"), "'GAS' is no image", "HDU0")
    refused(with_map(velocity, "--velocity-unit", "mph"), "'mph'", "km/s")
    refused(with_map(write_velocity_map(path, np.full_like(values, np.nan))), "has no finite velocity")
    border = np.full_like(values, np.nan)
    border[0] = 1100
    refused(with_map(write_velocity_map(path, border), "--crop", 1), "no velocity in the area")
    refused(with_map(write_velocity_map(path, np.linspace(0, 0.5, values.size).reshape(values.shape), "z")), "--mask")
    refused(with_map(velocity, "--window", "6820:6840"), "--window 6820:6840 holds no channel", ":6816.9")
    refused(run(cube, "--velocity-unit", "z", *FAST), "--velocity-map")
    assert not (tmp_path / "out").exists()


def test_settings_of_the_map_come_from_a_configuration_too(cube: Path, tmp_path: Path, galaxy: Galaxy) -> None:
    path = tmp_path / "both.fits"
    images = [fits.ImageHDU(galaxy.velocity * 1e3, name=name) for name in ("STARS", "GAS")]
    fits.HDUList([fits.PrimaryHDU(), *images]).writeto(path)
    study = tmp_path / "study.toml"
    study.write_text(f'velocity-map = "{path}"\nvelocity-unit = "m/s"\nvelocity-hdu = "GAS"\n')
    record = record_of(cube, "--config", study, *FAST, "-o", tmp_path)
    assert [record["settings"][f"velocity_{name}"] for name in ("map", "unit", "hdu")] == [str(path), "m/s", "GAS"]
    assert any(f"velocity map {path}, GAS in m/s" in step for step in record["steps"])


def test_velocities_about_a_systemic_one_give_the_same_map(cube: Path, tmp_path: Path, galaxy: Galaxy) -> None:
    zero = 1100.0
    relative = (galaxy.velocity - zero) / (1 + zero / SPEED_OF_LIGHT)
    maps = []
    for values, more in ((galaxy.velocity, []), (relative, ["--velocity-zero", zero])):
        path = write_velocity_map(tmp_path / "v.fits", values)
        record = record_of(cube, "--velocity-map", path, *more, *FAST, "-o", tmp_path, "--overwrite")
        maps.append(fits.getdata(record["files"]["classmap.fits"], "VELOCITY"))
    np.testing.assert_allclose(maps[1], maps[0], rtol=1e-6)
    assert any("km/s about 1100 km/s" in step for step in record["steps"])


@pytest.mark.parametrize("how", ["mask", "no data"])
def test_spaxels_that_cannot_enter_do_not_narrow_the_range(
    tmp_path: Path, galaxy: Galaxy, velocity: Path, how: str
) -> None:
    """Wild velocities where the file itself has a mask or no data: the rest range is that without those rows."""
    wild = galaxy.velocity.astype(np.float32)
    wild[:3] = 15_000
    write_velocity_map(tmp_path / "wild.fits", wild, "km/s", sky_header(galaxy))
    write_sky(tmp_path / "disk.fits", galaxy)
    with fits.open(tmp_path / "disk.fits", mode="update") as hdus:
        if how == "mask":
            mask = np.zeros(wild.shape, np.uint8)
            mask[:3] = 1
            hdus.append(fits.ImageHDU(mask, name="MASK"))
        else:
            hdus["DATA"].data[:, :3] = np.nan
    options = [tmp_path / "disk.fits", *FAST, "--normalize-band", "6600:6680"]
    found = record_of(*options, "--velocity-map", tmp_path / "wild.fits", "-o", tmp_path / "wild")
    usual = record_of(*options, "--velocity-map", velocity, "--crop", "0,0,3,0", "-o", tmp_path / "usual")
    assert found["n_channels"] == usual["n_channels"]
    assert found["n_spectra"] == usual["n_spectra"]


@pytest.mark.parametrize(("fill", "said"), [(0.0, True), (-999.0, True), (None, False)])
def test_velocity_that_many_spaxels_share_is_pointed_out(
    tmp_path: Path, cube: Path, galaxy: Galaxy, fill: float | None, said: bool
) -> None:
    values = galaxy.velocity.copy()
    if fill is not None:
        values[5:7] = fill
    path = write_velocity_map(tmp_path / "filled.fits", values)
    result = run(cube, *FAST, "--velocity-map", path, "--normalize-band", "6600:6680", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert ("44 spaxels have exactly z" in result.stderr) == said


def test_map_rounded_to_whole_numbers_or_constant_is_not_suspicious() -> None:
    random = np.random.default_rng(0)
    assert repeated_redshift(np.round(random.normal(1000, 100, 2000)) / SPEED_OF_LIGHT) is None
    assert repeated_redshift(np.full(50, 0.1)) is None
    assert repeated_redshift(np.append(random.random(400), np.full(30, 0.0))) == (0.0, 30)
