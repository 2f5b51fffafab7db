"""What `cubeclust redshift` refuses: one sentence with the cure, and nothing left behind."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from commands import call, refused
from skies import Galaxy, make_galaxy, make_sky, sky_header, write_sky, write_velocity_map


@pytest.fixture(scope="module")
def galaxy() -> Galaxy:
    return make_galaxy(ny=7, nx=8, noise=0.5)


@pytest.fixture
def cube(tmp_path: Path, galaxy: Galaxy) -> Path:
    return write_sky(tmp_path / "disk.fits", galaxy)


def refuses(cube: Path, *options: object, words: tuple[str, ...], output: str = "out/v.fits") -> None:
    """Assert a sentence with the words, and that the folder of the cube is as it was."""
    (cube.parent / "out").mkdir(exist_ok=True)
    before = {path: path.is_dir() or path.read_bytes() for path in cube.parent.rglob("*")}
    refused(call("redshift", cube, "-o", cube.parent / output, *options), *words)
    assert {path: path.is_dir() or path.read_bytes() for path in cube.parent.rglob("*")} == before


@pytest.mark.parametrize(("option", "value"), [("--z", 0.35), ("--guess", 30_000.0), ("--z", 0.03)])
def test_another_redshift_than_that_of_the_lines(cube: Path, option: str, value: float) -> None:
    """The right one, 0.0038 but for 200 km/s of rotation, is named."""
    refuses(cube, option, value, words=("disk.fits", "do not lie at the redshift", "at 0.00", "--guess"))


def test_no_line_at_the_redshift(cube: Path) -> None:
    refuses(cube, "--z", 8.0, words=("no known line is in range at the redshift 8.0", "--z"))


def test_no_line_in_a_short_cube(tmp_path: Path) -> None:
    sky = make_sky(ny=4, nx=4, n_wave=60, wavelength=28000.0 + 0.5 * np.arange(60))
    refuses(
        write_sky(tmp_path / "short.fits", sky),
        "--z",
        0.0,
        "--medium",
        "vacuum",
        words=("short.fits", "no known line", "--z"),
    )


def test_noise_has_no_velocity(tmp_path: Path, galaxy: Galaxy) -> None:
    random = np.random.default_rng(0)
    noise = Galaxy(
        (5 + random.standard_normal(galaxy.flux.shape)).astype(np.float32), np.ones_like(galaxy.flux), galaxy.truth,
        galaxy.wavelength, galaxy.velocity, galaxy.line_flux,
    )  # fmt: skip
    cube = write_sky(tmp_path / "noise.fits", noise)
    refuses(cube, words=("every velocity misleads", "LOW_SNR", "--bin", "--guess"))


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_no_data(tmp_path: Path, galaxy: Galaxy, value: float) -> None:
    empty = Galaxy(
        np.full_like(galaxy.flux, value), galaxy.variance, galaxy.truth, galaxy.wavelength, galaxy.velocity,
        galaxy.line_flux,
    )  # fmt: skip
    refuses(write_sky(tmp_path / "empty.fits", empty), words=("empty.fits",))


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
def test_no_variance_is_positive(tmp_path: Path, galaxy: Galaxy, value: float) -> None:
    blind = replace(galaxy, variance=np.full_like(galaxy.variance, value))
    refuses(write_sky(tmp_path / "blind.fits", blind), words=("blind.fits", "no variance", "--variance-hdu"))


def test_constant_flux_has_no_velocity(tmp_path: Path, galaxy: Galaxy) -> None:
    """With a variance nothing lies about the lines; without one no sample has a weight."""
    cube = write_sky(tmp_path / "flat.fits", replace(galaxy, flux=np.full_like(galaxy.flux, 7.0)))
    refuses(cube, words=("flat.fits", "every velocity misleads", "NO_VELOCITY"))
    refuses(cube, "--variance-hdu", "none", words=("flat.fits", "every velocity misleads", "NO_VELOCITY"))


def test_too_few_channels(tmp_path: Path) -> None:
    sky = make_sky(ny=4, nx=4, n_wave=2, wavelength=6560.0 + 1.25 * np.arange(2))
    refuses(write_sky(tmp_path / "two.fits", sky), words=("two.fits", "2 channels", "16"))


def test_everything_masked(cube: Path, galaxy: Galaxy, tmp_path: Path) -> None:
    fits.writeto(tmp_path / "mask.fits", np.ones(galaxy.truth.shape, np.int16))
    refuses(cube, "--mask", tmp_path / "mask.fits", words=("no spaxel", "--mask"))
    fits.writeto(tmp_path / "other.fits", np.ones((3, 3), np.int16))
    refuses(cube, "--mask", tmp_path / "other.fits", words=("other.fits", "(3, 3)"))
    refuses(cube, "--crop", "4", words=("--crop", "leaves nothing"))


def test_maps_of_others_that_do_not_fit(cube: Path, galaxy: Galaxy, tmp_path: Path) -> None:
    small = write_velocity_map(tmp_path / "small.fits", galaxy.velocity[:-1])
    refuses(cube, "--velocity-map", small, words=("small.fits", "(6, 8)", "(7, 8)"))
    nothing = write_velocity_map(tmp_path / "nothing.fits", np.full(galaxy.velocity.shape, np.nan))
    refuses(cube, "--velocity-map", nothing, words=("nothing.fits",))
    unknown = write_velocity_map(tmp_path / "unknown.fits", galaxy.velocity, unit="Jy")
    refuses(cube, "--velocity-map", unknown, words=("unknown.fits", "Jy", "--velocity-unit"))
    refuses(cube, "--velocity-map", tmp_path / "none.fits", words=("none.fits",))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--keep", "profile,blurred"], ("--keep is 'blurred'", "outlying")),
        (["--z", "0.003", "--guess", "1000"], ("--guess and --z",)),
        (["--velocity-unit", "z"], ("--velocity-map",)),
        (["--velocity-map", "v.fits", "--from-alfa", "alfa"], ("--from-alfa and --velocity-map",)),
        (["--search", "50"], ("--search",)),
        (["--medium", "water"], ("--medium",)),
        (["--memory", "much"], ("--memory", "much")),
        (["--hdu", "FLUX"], ("FLUX",)),
        (["--z", "nan"], ("--z",)), (["--guess", "inf"], ("--guess",)), (["--z", "-1"], ("--z",)),
        (["--guess", "-300000"], ("--guess",)), (["--lsf", "nan"], ("--lsf",)), (["--min-snr", "nan"], ("--min-snr",)),
    ],
)  # fmt: skip
def test_options_that_mean_nothing(cube: Path, options: list[str], words: tuple[str, ...]) -> None:
    refuses(cube, *options, words=words)


def test_outputs_that_are_in_the_way(cube: Path, tmp_path: Path) -> None:
    (tmp_path / "v.png").write_text("mine")
    refuses(cube, output="v.fits", words=("v.png", "--overwrite"))
    assert (tmp_path / "v.png").read_text() == "mine"
    (tmp_path / "folder").mkdir()
    refuses(cube, output="folder", words=("folder", "--output", ".fits"))
    (tmp_path / "folder.fits").mkdir()
    refuses(cube, output="folder.fits", words=("folder.fits",))
    refuses(cube, "--overwrite", output="folder.fits", words=("folder.fits",))
    refuses(cube, "--overwrite", output="disk.fits", words=("disk.fits",))


def test_default_output_that_is_a_map_of_others(
    cube: Path, galaxy: Galaxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    theirs = write_velocity_map(tmp_path / "disk_velocity.fits", galaxy.velocity)
    before = theirs.read_bytes()
    refused(call("redshift", cube, "--velocity-map", theirs, "--overwrite"), "disk_velocity.fits", "--output")
    assert theirs.read_bytes() == before


def test_powerbin_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "powerbin", None)
    cube = write_sky(tmp_path / "faint.fits", make_galaxy(ny=7, nx=8, noise=4.0))
    refuses(cube, "--z", 0.0038, "--bin", 12, words=("--bin needs the package powerbin", "pip install powerbin"))


def test_a_cube_that_is_none(tmp_path: Path, galaxy: Galaxy) -> None:
    (tmp_path / "text.fits").write_text("km/s")
    refuses(tmp_path / "text.fits", words=("text.fits",))
    fits.writeto(tmp_path / "image.fits", galaxy.velocity, sky_header(galaxy)[:0])
    refuses(tmp_path / "image.fits", words=("image.fits",))
