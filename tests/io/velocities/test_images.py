"""Velocity maps: units, the image that is meant, and the frame."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from skies import Sky, sky_header, write_velocity_map

from cubeclust.errors import InputError
from cubeclust.io.cubes.cube_file import CubeFile, open_cube
from cubeclust.io.map_hdus import Provenance
from cubeclust.io.velocities.fields import write_velocity_field
from cubeclust.io.velocities.images import read_velocity_map
from cubeclust.velocities.field import VelocityField

C = 299_792.458  # km/s


@pytest.fixture
def cube_file(sky_file: Path) -> CubeFile:
    return open_cube(sky_file)


@pytest.fixture
def z(sky: Sky) -> np.ndarray:
    values = 0.0038 + 1e-5 * np.arange(sky.truth.size, dtype=float).reshape(sky.truth.shape)
    values[2, 3], values[4, 5] = np.nan, np.inf
    return values


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        *(("km/s", C), ("km s-1", C), ("KM/S", C), ("km/sec", C), ("m/s", 1e3 * C), ("m s**-1", 1e3 * C)),
        *(("z", 1.0), ("Redshift", 1.0), ("dimensionless", 1.0)),
    ],
)
def test_units_of_the_header(tmp_path: Path, cube_file: CubeFile, z: np.ndarray, unit: str, factor: float) -> None:
    found = read_velocity_map(write_velocity_map(tmp_path / "v.fits", z * factor, unit), cube_file)
    known = np.isfinite(z)
    assert np.array_equal(np.isnan(found.z), ~known)
    np.testing.assert_allclose(found.z[known], z[known], rtol=1e-12)


@pytest.mark.parametrize("header_unit", [None, "", "Jy", "m/s", "some speed"])
def test_option_wins_over_the_header(
    tmp_path: Path, cube_file: CubeFile, z: np.ndarray, header_unit: str | None
) -> None:
    path = write_velocity_map(tmp_path / "v.fits", (z * C).astype(np.float32), header_unit)
    found = read_velocity_map(path, cube_file, unit="km/s")
    np.testing.assert_allclose(found.z[0], z[0], rtol=1e-6)
    assert found.unit == "km/s"


def several(path: Path, **images: np.ndarray) -> Path:
    header = fits.Header({"BUNIT": "z"})
    hdus = [fits.ImageHDU(values, header, name=name) for name, values in images.items()]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
    return path


@pytest.mark.parametrize("name", ["VELOCITY", "VEL", "V", "Z", "REDSHIFT"])
def test_image_is_found_by_its_name(tmp_path: Path, cube_file: CubeFile, z: np.ndarray, name: str) -> None:
    path = several(tmp_path / "v.fits", SIGMA=z + 1, **{name: z}, FLUX=z + 2)
    found = read_velocity_map(path, cube_file)
    assert (found.hdu, found.z[0, 0]) == (name, z[0, 0])
    assert read_velocity_map(path, cube_file, hdu_name="flux").z[0, 0] == z[0, 0] + 2


def test_only_image_needs_no_name(tmp_path: Path, cube_file: CubeFile, z: np.ndarray) -> None:
    assert read_velocity_map(several(tmp_path / "v.fits", GAS=z), cube_file).hdu == "GAS"


@pytest.mark.parametrize("names", [("V", "Z"), ("A", "B")])
def test_choice_is_not_guessed(tmp_path: Path, cube_file: CubeFile, z: np.ndarray, names: tuple[str, str]) -> None:
    path = several(tmp_path / "v.fits", **dict.fromkeys(names, z))
    with pytest.raises(InputError, match="--velocity-hdu"):
        read_velocity_map(path, cube_file)


@pytest.mark.parametrize(("shift", "good"), [(0.0, True), (0.9, True), (1.2, False)])
def test_frame_is_compared_on_the_sky(
    tmp_path: Path, cube_file: CubeFile, sky: Sky, z: np.ndarray, shift: float, good: bool
) -> None:
    header = sky_header(sky)
    header["CRPIX1"] += shift
    path = write_velocity_map(tmp_path / "v.fits", z, "z", header)
    if good:
        read_velocity_map(path, cube_file)
        return
    with pytest.raises(InputError, match=r"1\.2 spaxels off.*whole frame"):
        read_velocity_map(path, cube_file)


def test_mirrored_frame_is_refused(tmp_path: Path, cube_file: CubeFile, sky: Sky, z: np.ndarray) -> None:
    header = sky_header(sky)
    header["CD1_1"] *= -1
    with pytest.raises(InputError, match="whole frame"):
        read_velocity_map(write_velocity_map(tmp_path / "v.fits", z, "z", header), cube_file)


def test_equatorial_frames_of_other_equinox_are_the_same_sky(
    tmp_path: Path, cube_file: CubeFile, sky: Sky, z: np.ndarray
) -> None:
    """FK5 and ICRS differ by 0.02 arcsec, a tenth of a spaxel."""
    header = sky_header(sky)
    header["RADESYS"] = "FK5"
    assert np.isnan(read_velocity_map(write_velocity_map(tmp_path / "v.fits", z, "z", header), cube_file).z).sum() == 2


@pytest.mark.parametrize("value", [-1.0, -3.0, 21.0, 1e30])
def test_impossible_redshift_is_named(tmp_path: Path, cube_file: CubeFile, z: np.ndarray, value: float) -> None:
    z[3, 7] = value
    with pytest.raises(InputError, match=r"x = 7, y = 3 .*--velocity-unit"):
        read_velocity_map(write_velocity_map(tmp_path / "v.fits", z, "z"), cube_file)


def test_map_without_any_velocity(tmp_path: Path, cube_file: CubeFile, z: np.ndarray) -> None:
    path = write_velocity_map(tmp_path / "v.fits", np.full_like(z, np.nan), "km/s")
    with pytest.raises(InputError, match="HDU0 has no finite velocity"):
        read_velocity_map(path, cube_file)


def test_own_map_is_given_otherwise(tmp_path: Path, cube_file: CubeFile, z: np.ndarray) -> None:
    empty = np.zeros(z.shape, np.int32)
    field = VelocityField(z * C, z, z, z, empty, empty, systemic=0.0)
    write_velocity_field(tmp_path / "vel.fits", field, Provenance({}, ()))
    with pytest.raises(InputError, match=r"is a map of `cubeclust redshift`, .* use --redshift\.$"):
        read_velocity_map(tmp_path / "vel.fits", cube_file)


def test_velocities_about_a_systemic_one_that_is_given(tmp_path: Path, cube_file: CubeFile, z: np.ndarray) -> None:
    path = write_velocity_map(tmp_path / "v.fits", z * C, "km/s")
    found = read_velocity_map(path, cube_file, zero=3000.0)
    known = np.isfinite(z)
    np.testing.assert_allclose(1 + found.z[known], (1 + 3000 / C) * (1 + z[known]), rtol=1e-12)
    assert (found.zero, str(found)) == (3000, "HDU0 in km/s about 3000 km/s")


def others(path: Path, images: dict[str, tuple[np.ndarray, dict]], **primary: float) -> Path:
    hdus = [fits.ImageHDU(values, fits.Header(cards), name=name) for name, (values, cards) in images.items()]
    fits.HDUList([fits.PrimaryHDU(header=fits.Header(primary)), *hdus]).writeto(path)
    return path


@pytest.fixture
def speed(sky: Sky) -> np.ndarray:
    """km/s about the systemic velocity."""
    return np.random.default_rng(0).normal(0, 150, sky.truth.shape)


def expected(speed: np.ndarray, zero: float) -> np.ndarray:
    """Redshift of lines that move at `speed` in the frame at rest with c z = zero."""
    return (1 + zero / C) * (1 + speed / C) - 1


CHANNELS = {"C01": "OII-3727", "C02": "Ha-6564", "C03": "NII-6585"}


def manga(path: Path, speed: np.ndarray, **primary: float) -> Path:
    """MAPS of the MaNGA DAP, DR17: a plane for each line, here those of others far off; flags and inverse variances."""
    planes = np.stack([speed + 5000, speed, speed - 5000])
    flags = np.zeros(planes.shape, np.int32)
    flags[1, 0, :4] = 1 << 30, 1 << 4, 1 << 9, 1 << 10  # DONOTUSE, NOVALUE; NOCORRECTION, MULTICOMP
    ivar = np.full(planes.shape, 0.25)
    ivar[1, 1, 1] = 0
    cards = {"BUNIT": "km/s", "ERRDATA": "EMLINE_GVEL_IVAR", "QUALDATA": "EMLINE_GVEL_MASK"}
    images = {
        "SPX_MFLUX": (speed, {}),
        "BIN_MFLUX": (speed, {}),
        "STELLAR_VEL": (speed + 40, {"BUNIT": "km/s"}),
        "EMLINE_GFLUX": (planes, CHANNELS),
        "EMLINE_GVEL": (planes, CHANNELS | cards),
        "EMLINE_GVEL_IVAR": (ivar, CHANNELS),
        "EMLINE_GVEL_MASK": (flags, CHANNELS),
    }
    return others(path, images, **primary)


def test_maps_of_manga(tmp_path: Path, cube_file: CubeFile, speed: np.ndarray) -> None:
    found = read_velocity_map(manga(tmp_path / "maps.fits", speed, SCINPVEL=8675.5), cube_file)
    truth = expected(speed, 8675.5)
    truth[0, :2] = np.nan
    np.testing.assert_allclose(found.z, truth, rtol=1e-12)
    assert str(found) == "EMLINE_GVEL Ha-6564 in km/s about 8675.5 km/s"
    assert found.error is not None
    assert found.error[0, 0] == pytest.approx(2)
    assert np.argwhere(np.isnan(found.error)).tolist() == [[1, 1]]
    stars = read_velocity_map(tmp_path / "maps.fits", cube_file, hdu_name="stellar_vel")
    np.testing.assert_allclose(stars.z, expected(speed + 40, 8675.5), rtol=1e-12)


def phangs(path: Path, speed: np.ndarray, **primary: float) -> Path:
    """MAPS of PHANGS-MUSE DR1: no BUNIT, as the least that a reader can count on."""
    names = ("V_STARS", "FORM_ERR_V_STARS", "SIGMA_STARS", "HA6562_FLUX", "HA6562_VEL", "HA6562_VEL_ERR", "NII6583_VEL")
    images = {name: (np.full_like(speed, 3.0), {}) for name in names}
    images["HA6562_VEL"], images["V_STARS"] = (speed, {}), (speed - 20, {})
    return others(path, images, **primary)


@pytest.mark.parametrize("redshift", [2400.0, 2400.0 / C])
def test_maps_of_phangs(tmp_path: Path, cube_file: CubeFile, speed: np.ndarray, redshift: float) -> None:
    found = read_velocity_map(phangs(tmp_path / "maps.fits", speed, REDSHIFT=redshift), cube_file)
    np.testing.assert_allclose(found.z, expected(speed, 2400), rtol=1e-12)
    assert (found.hdu, found.unit) == ("HA6562_VEL", "km/s")
    np.testing.assert_allclose(found.error, 3.0)
    stars = read_velocity_map(tmp_path / "maps.fits", cube_file, hdu_name="V_STARS")
    np.testing.assert_allclose(stars.z, expected(speed - 20, 2400), rtol=1e-12)
    np.testing.assert_allclose(stars.error, 3.0)


def test_stars_of_ngist(tmp_path: Path, cube_file: CubeFile, speed: np.ndarray) -> None:
    names = ("V", "SIGMA", "H3", "H4", "FORM_ERR_V", "FORM_ERR_SIGMA")
    images = {name: (speed if name == "V" else np.full_like(speed, 4.0), {}) for name in names}
    path = others(tmp_path / "run_kin_maps.fits", images)
    with pytest.raises(InputError, match=r"GIST kinematics are relative to .* does not state; give .* --velocity-zero"):
        read_velocity_map(path, cube_file)
    found = read_velocity_map(path, cube_file, zero=1137.0)
    np.testing.assert_allclose(found.z, expected(speed, 1137), rtol=1e-12)
    np.testing.assert_allclose(found.error, 4.0)


@pytest.mark.parametrize("name", ["Ha6562_VEL", "HA6564_VEL", "Ha_6562.8_V"])
def test_gas_of_ngist(tmp_path: Path, cube_file: CubeFile, speed: np.ndarray, name: str) -> None:
    flux = name.replace("VEL", "FLUX") if "VEL" in name else name[:-1] + "F"
    images = dict.fromkeys(("BIN_ID", "NII6583_VEL", flux), (speed + 1, {})) | {name: (speed, {})}
    path = others(tmp_path / "run_gas_BIN_maps.fits", images)
    with pytest.raises(InputError, match="--velocity-zero"):
        read_velocity_map(path, cube_file, hdu_name="NII6583_VEL")
    found = read_velocity_map(path, cube_file, zero=1137.0)
    np.testing.assert_allclose(found.z, expected(speed, 1137), rtol=1e-12)


def test_zero_that_is_given_goes_before_the_header(tmp_path: Path, cube_file: CubeFile, speed: np.ndarray) -> None:
    found = read_velocity_map(phangs(tmp_path / "maps.fits", speed, REDSHIFT=2400.0), cube_file, zero=2500.0)
    np.testing.assert_allclose(found.z, expected(speed, 2500), rtol=1e-12)


def test_shape_of_a_plane_is_compared(tmp_path: Path, cube_file: CubeFile, speed: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"EMLINE_GVEL has shape \(23, 26\) but the cube's frame is \(24, 26\)"):
        read_velocity_map(manga(tmp_path / "maps.fits", speed[1:], SCINPVEL=8675.5), cube_file)
