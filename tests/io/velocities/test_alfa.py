"""ALFA's files become a velocity field: missing pixels, guesses, overflows; other cubes are refused."""

from pathlib import Path

import numpy as np
import pytest
from alfa import LINES, NOISE, RESOLUTION, SPEED_OF_LIGHT, alfa_rows, new_row, write_alfa_fits, write_alfa_text
from astropy.io import fits
from skies import make_sky, write_sky

from cubeclust.errors import InputError
from cubeclust.io.cubes.cube_file import CubeFile, open_cube
from cubeclust.io.small_tables import read_tables
from cubeclust.io.velocities.alfa import read_alfa
from cubeclust.io.velocities.alfa_files import read_fit
from cubeclust.runtime.progress import Silent
from cubeclust.velocities.flags import VelocityFlag

WRITERS = {"fits": write_alfa_fits, "text": write_alfa_text}


@pytest.fixture
def cube_file(tmp_path: Path) -> CubeFile:
    return open_cube(write_sky(tmp_path / "sky.fits", make_sky(ny=10, nx=12, n_wave=20)))


@pytest.fixture
def speed() -> np.ndarray:
    """km/s, 900..1500 and different in each pixel of the cube's frame."""
    return np.random.default_rng(0).uniform(900, 1500, (10, 12))


def write_all(directory: Path, speed: np.ndarray, kind: str, **more: str) -> Path:
    """A file for each pixel of which the speed is known."""
    directory.mkdir(exist_ok=True)
    for y, x in np.argwhere(np.isfinite(speed)):
        WRITERS[kind](directory, "sky.fits", x + 1, y + 1, speed[y, x], **more)
    return directory


@pytest.mark.parametrize(("kind", "within"), [("fits", 1e-3), ("text", 0.4)])
def test_velocities_lie_where_their_pixels_are(
    tmp_path: Path, cube_file: CubeFile, speed: np.ndarray, kind: str, within: float
) -> None:
    speed[3, 5:9] = speed[9, 2] = np.nan
    field = read_alfa(write_all(tmp_path / "alfa", speed, kind), cube_file)
    np.testing.assert_array_equal(field.flag, np.where(np.isnan(speed), VelocityFlag.NO_VELOCITY, 0))
    np.testing.assert_allclose(SPEED_OF_LIGHT * field.redshift, speed, rtol=0, atol=within)
    assert field.systemic * SPEED_OF_LIGHT == pytest.approx(np.nanmedian(speed), abs=within)
    assert np.isnan(field.error).all()
    np.testing.assert_array_equal(field.n_lines, np.where(np.isnan(speed), 0, 4))
    np.testing.assert_allclose(field.sigma[0, 0], SPEED_OF_LIGHT / RESOLUTION, rtol=1e-2)
    assert field.wcs is not None
    assert (field.medium, field.bins) == ("unknown", None)


@pytest.mark.parametrize("normalized", [1.0, 37.0])
def test_fluxes_are_those_of_the_cube_whatever_h_beta_was_made(
    tmp_path: Path, cube_file: CubeFile, speed: np.ndarray, normalized: float
) -> None:
    directory = tmp_path / "alfa"
    directory.mkdir()
    write_alfa_fits(directory, "sky.fits", 3, 7, 1200.0, normalized=normalized)
    write_alfa_fits(directory, "sky.fits", 4, 7, 1201.0, normalized=2 * normalized)
    field = read_alfa(directory, cube_file)
    assert set(field.fluxes) == {"Hbeta", "[OIII]4959", "[OIII]5007", "Halpha"}, "the fifth line is a limit"
    for rest, name in ((4861.33, "Hbeta"), (6562.77, "Halpha")):
        unit = np.sqrt(2 * np.pi) * rest / RESOLUTION
        np.testing.assert_allclose(field.fluxes[name][6, 2:4], LINES[rest] * unit, rtol=1e-5)
        np.testing.assert_allclose(field.flux_errors[name][6, 2:4], NOISE * unit, rtol=1e-5)
        assert np.isfinite(field.fluxes[name]).sum() == 2
    detected = np.array(list(LINES.values())[:4])
    assert field.snr[6, 2] == pytest.approx(np.sqrt(np.sum((detected / NOISE) ** 2)))


@pytest.mark.parametrize("kind", ["fits", "text"])
@pytest.mark.parametrize("how", ["given", "noted", "repeated"])
def test_guess_that_a_fit_fell_back_to_is_flagged(
    tmp_path: Path, cube_file: CubeFile, speed: np.ndarray, kind: str, how: str
) -> None:
    failed = np.zeros(speed.shape, bool)
    failed[::4, ::5], speed[:, 9] = True, np.nan
    failed[:, 9] = False
    speed[np.abs(speed - 1137) < 1] += 2
    speed[failed] = 1137
    noted = {"noted": "alfa -of fits -vg 1137 sky.fits", "given": "alfa sky.fits"}.get(how, "")
    directory = write_all(tmp_path / "alfa", speed, kind, command=noted)
    field = read_alfa(directory, cube_file, guess=1137 if how == "given" else None)
    np.testing.assert_array_equal(field.flag & VelocityFlag.GUESS != 0, failed)
    systemic = 1137 if how == "given" else np.nanmedian(speed[~failed])
    assert field.systemic * SPEED_OF_LIGHT == pytest.approx(systemic, abs=0.3)


def test_systemic_redshift_that_is_given(tmp_path: Path, cube_file: CubeFile, speed: np.ndarray) -> None:
    field = read_alfa(write_all(tmp_path / "alfa", speed, "fits"), cube_file, guess=1100.0, z=0.004)
    assert field.systemic == 0.004
    expected = (speed - 0.004 * SPEED_OF_LIGHT) / 1.004
    np.testing.assert_allclose(field.velocity, expected, atol=1e-3)


def test_speed_without_any_strong_line_is_a_guess(tmp_path: Path, cube_file: CubeFile, speed: np.ndarray) -> None:
    """ALFA then tells 0 km/s whatever it was given."""
    speed[4, 4] = 0.0
    field = read_alfa(write_all(tmp_path / "alfa", speed, "fits", command="alfa -vg 1137 sky.fits"), cube_file)
    assert np.argwhere(field.flag).tolist() == [[4, 4]]


def text_fit(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([" #wlen (obs)  (rest)      flux    uncertainty     peak        FWHM", *rows]) + "\n")
    return path


def test_fields_that_overflow(tmp_path: Path) -> None:
    """The velocity and the count of lines stay, the flux of such a line is unknown."""
    beta, _, oxygen, alpha, _ = alfa_rows(1200.0)
    huge = alpha.copy()
    huge[2] = 1e9
    assert "************" in new_row(huge)
    both = oxygen.copy()
    both[2:4] = 1e10
    fit = read_fit(text_fit(tmp_path / "c_pixel_1_1_lines", new_row(beta), new_row(both), new_row(huge)))
    assert fit.n_lines == 3
    assert fit.velocity == pytest.approx(1200, abs=0.4)
    np.testing.assert_allclose(fit.flux, beta[4] * np.sqrt(2 * np.pi) * beta[1] / RESOLUTION, rtol=1e-2)


def test_rows_that_are_no_detected_lines(tmp_path: Path) -> None:
    """Continuum at a jump, a blend and an upper limit as ALFA writes them; numbers of eight places touch."""
    fit = read_fit(
        text_fit(
            tmp_path / "c_pixel_1_1_lines",
            "  8100.00  8100.00       1.000       0.100         0.0         0.0",
            "  6589.77  6563.50           *           *           *           *",
            "  6589.77  6562.77       9.000 upper limit",
            "10873.6610830.34       9.000       0.100",
            "# measured flux of Hbeta: 1.00E+02",
        )
    )
    assert fit.n_lines == 3
    assert fit.velocity == pytest.approx(
        np.median([(6589.77 / 6562.77 - 1), (10873.66 / 10830.34 - 1)]) * SPEED_OF_LIGHT
    )
    assert fit.snr.tolist() == [90.0]
    assert np.isnan(fit.flux).all(), "no peak tells the unit"


def test_old_text_without_peaks(tmp_path: Path, cube_file: CubeFile) -> None:
    write_alfa_text(tmp_path, "sky.fits", 2, 3, 1200.0, old=True)
    field = read_alfa(tmp_path, cube_file)
    assert SPEED_OF_LIGHT * field.redshift[2, 1] == pytest.approx(1200, abs=0.4)
    assert field.snr[2, 1] > 10
    assert field.fluxes == {}
    assert np.isnan(field.sigma).all()


def test_fits_goes_before_text(tmp_path: Path, cube_file: CubeFile) -> None:
    write_alfa_text(tmp_path, "sky.fits", 2, 3, 1300.0)
    write_alfa_fits(tmp_path, "sky.fits", 2, 3, 1200.0)
    assert SPEED_OF_LIGHT * read_alfa(tmp_path, cube_file).redshift[2, 1] == pytest.approx(1200)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("other.fits_pixel_01_01_fit.fits", r"holds ALFA's fits of other\.fits, none of sky\.fits; give the output"),
        ("sky.fits", r"has no file <cube>_pixel_<x>_<y>_fit\.fits or _lines; give where ALFA wrote to"),
        ("sky.fits_pixel_13_01_fit.fits", r"pixel x = 13, y = 1 \(from 1\), but the cube has 12 x 10"),
        ("sky.fits_pixel_12_11_lines", r"pixel x = 12, y = 11 \(from 1\), but the cube has 12 x 10"),
        ("sky.fits_pixel_00_01_lines", r"pixel x = 0, y = 1 "),
    ],
)
def test_output_for_another_cube(tmp_path: Path, cube_file: CubeFile, name: str, words: str) -> None:
    directory = tmp_path / "alfa"
    directory.mkdir()
    (directory / name).touch()
    with pytest.raises(InputError, match=words):
        read_alfa(directory, cube_file)


def test_no_directory(tmp_path: Path, cube_file: CubeFile) -> None:
    with pytest.raises(InputError, match="nowhere: is no directory"):
        read_alfa(tmp_path / "nowhere", cube_file)


@pytest.mark.parametrize("kind", ["fits", "text"])
def test_nothing_but_guesses(tmp_path: Path, cube_file: CubeFile, kind: str) -> None:
    speed = np.full(cube_file.frame, np.nan)
    speed[:3] = 500.0
    with pytest.raises(InputError, match="no velocity but its guess"):
        read_alfa(write_all(tmp_path / "alfa", speed, kind), cube_file, guess=500)


@pytest.mark.parametrize("left", [0, 100, 3000, 14_000, -1])
def test_damaged_file_is_named(tmp_path: Path, cube_file: CubeFile, left: int) -> None:
    path = write_alfa_fits(tmp_path, "sky.fits", 1, 1, 1200.0)
    path.write_bytes(path.read_bytes()[:left] if left > 0 else path.read_bytes()[: -2880 - 1] if left else b"")
    with pytest.raises(InputError, match=r"sky\.fits_pixel_01_01_fit\.fits: .*complete"):
        read_alfa(tmp_path, cube_file)


def test_table_of_another_program(tmp_path: Path, cube_file: CubeFile) -> None:
    path = write_alfa_fits(tmp_path, "sky.fits", 1, 1, 1200.0)
    path.write_bytes(path.read_bytes().replace(b"RadialVelocity", b"RadialVolocity"))
    with pytest.raises(InputError, match=r"is no fit of ALFA .*RadialVelocity"):
        read_alfa(tmp_path, cube_file)


def test_tables_are_those_that_astropy_reads(tmp_path: Path) -> None:
    path = write_alfa_fits(tmp_path, "sky.fits", 1, 1, 1200.0, command=60 * "long ")
    tables = read_tables(path, ("FIT", "LINES", "QC"))
    for name, table in tables.items():
        expected = fits.getdata(path, name)
        assert table.dtype.names == tuple(expected.names)
        for column in expected.names:
            np.testing.assert_array_equal(table[column], expected[column])


def test_progress_is_told(
    tmp_path: Path, cube_file: CubeFile, speed: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []

    class Told(Silent):
        def advance(self, stage: str, done: int, total: int | None, **values: float) -> None:
            steps.append((stage, done, total))

    monkeypatch.setattr("cubeclust.io.velocities.alfa._ANNOUNCED", 100)
    read_alfa(write_all(tmp_path / "alfa", speed, "fits"), cube_file, Told())
    assert steps == [("read ALFA", 100, 120), ("read ALFA", 120, 120)]
