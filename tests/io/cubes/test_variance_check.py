"""The variance that a file claims against the scatter of its flux."""

import json
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from click.testing import CliRunner
from instruments import BUILDERS
from skies import Sky, make_sky, sky_header, write_sky

from cubeclust.cli.main import main
from cubeclust.io.cubes.cube_file import open_cube
from cubeclust.io.cubes.sample import sample_cube
from cubeclust.io.cubes.variance_check import scatter_ratios, with_noise_check


def noisy(path: Path, sigma: float, stored: float, name: str, kernel: tuple[float, ...] = (1.0,)) -> Path:
    """Smoothed white noise of this sigma (before smoothing) on a slope, with `stored` in the uncertainty HDU."""
    noise = np.random.default_rng(1).normal(0, sigma, (104, 30, 30))
    noise = np.apply_along_axis(np.convolve, 0, noise, kernel, "valid")[:100]
    flux = (1000 + np.arange(len(noise))[:, None, None] + noise).astype(np.float32)
    header = sky_header(make_sky(ny=30, nx=30, n_wave=len(noise)))
    hdus = [fits.ImageHDU(a, header, name=n) for a, n in ((flux, "SCI"), (np.full_like(flux, stored), name))]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
    return path


def notes(path: Path, **options: str) -> list[str]:
    return [note for note in with_noise_check(open_cube(path, **options)).notes if "scatter" in note]


def test_white_noise_bears_out_its_variance(tmp_path: Path) -> None:
    ratios = scatter_ratios(open_cube(noisy(tmp_path / "cube.fits", sigma=5, stored=25, name="VAR")))
    assert ratios["variance"] == pytest.approx(1, abs=0.05)
    assert ratios["std"] == pytest.approx(25 / 25**2, rel=0.05)
    assert ratios["ivar"] == pytest.approx(25 * 25, rel=0.05)


def test_smoothed_noise(tmp_path: Path) -> None:
    """Autocovariance of (1, 2, 1) / 4: 3/8, 1/4, 1/16, 0; second difference over two channels: 6 r0 - 8 r2 + 2 r4."""
    path = noisy(tmp_path / "cube.fits", sigma=5, stored=25 * 3 / 8, name="VAR", kernel=(0.25, 0.5, 0.25))
    expected = (6 * 3 / 8 - 8 / 16) / 6 / (3 / 8)
    assert scatter_ratios(open_cube(path))["variance"] == pytest.approx(expected, rel=0.05)
    assert not notes(path)


@pytest.mark.parametrize(
    ("name", "stored", "holds"),
    [
        ("ERR", 1e4, "variance"), ("VAR", 100.0, "std"), ("VAR", 1e-4, "ivar"), ("IVAR", 1e4, "variance"),
        ("IVAR", 100.0, "std"), ("ERR", 1e-4, "ivar"),
    ],
)  # fmt: skip
def test_uncertainty_that_is_not_what_its_name_says(tmp_path: Path, name: str, stored: float, holds: str) -> None:
    path = noisy(tmp_path / "cube.fits", sigma=100, stored=stored, name=name)
    (note,) = notes(path)
    assert f"--variance-kind {holds}" in note
    assert f"{name} is read as" in note
    assert open_cube(path).variance_kind != holds  # told, not switched
    assert not notes(path, variance_kind=holds)


@pytest.mark.parametrize(("name", "stored"), [("ERR", 100.0), ("VAR", 1e4), ("IVAR", 1e-4), ("VAR", 1e3), ("VAR", 1e5)])
def test_uncertainty_that_is_right_or_nearly(tmp_path: Path, name: str, stored: float) -> None:
    assert not notes(noisy(tmp_path / "cube.fits", sigma=100, stored=stored, name=name))


def test_factor_that_resampling_or_lines_could_make_is_not_told(tmp_path: Path) -> None:
    assert not notes(noisy(tmp_path / "cube.fits", sigma=20, stored=20, name="VAR"))  # off by 20, std by 1
    assert notes(noisy(tmp_path / "far.fits", sigma=40, stored=40, name="VAR"))


def test_strong_lines_are_no_noise(tmp_path: Path) -> None:
    sky = make_sky(n_wave=200)
    flux = sky.flux.copy()
    flux[::10] += 1e4 * np.sqrt(sky.variance[::10])
    assert not notes(write_sky(tmp_path / "sky.fits", Sky(flux, sky.variance, sky.truth, sky.wavelength)))


@pytest.mark.parametrize("name", BUILDERS)
def test_correct_cubes_of_all_layouts(name: str, tmp_path: Path) -> None:
    fits.HDUList(BUILDERS[name]().hdus).writeto(tmp_path / "cube.fits")
    assert not notes(tmp_path / "cube.fits")


def test_too_little_to_tell(tmp_path: Path) -> None:
    sky = make_sky(n_wave=4)
    assert scatter_ratios(open_cube(write_sky(tmp_path / "sky.fits", sky))) == {}
    blank = Sky(np.full_like(sky.flux, np.nan), sky.variance, sky.truth, sky.wavelength)
    assert scatter_ratios(open_cube(write_sky(tmp_path / "blank.fits", blank))) == {}


def test_real_muse_cube() -> None:
    assert 0.5 < scatter_ratios(open_cube(sample_cube()))["variance"] < 2
    assert not notes(sample_cube())


def test_real_cubes_beside_the_checkout(shared: Path) -> None:
    gmos, alfa = shared / "data/ngc3081_gmos/ngc3081_cube.fits", shared / "data/alfa_2x2/3dspec_2x2.fits"
    if not (gmos.exists() and alfa.exists()):
        pytest.skip("the real cubes are not beside this checkout")
    (note,) = notes(gmos)
    assert "ERR is read as std" in note
    assert "--variance-kind variance" in note
    assert not notes(gmos, variance_kind="variance")
    assert not notes(alfa)


def test_run_says_and_records_the_note(tmp_path: Path) -> None:
    path = noisy(tmp_path / "cube.fits", sigma=100, stored=1e4, name="ERR")
    arguments = ["run", str(path), "-m", "kmeans", "-k", "2", "--n-starts", "1", "-o", str(tmp_path / "out"), "--json"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.exception
    words = "give --variance-kind variance"
    assert words in result.stderr
    assert any(words in note for note in json.loads(result.stdout)["notes"])
    assert words in CliRunner().invoke(main, ["info", str(path)]).stdout
