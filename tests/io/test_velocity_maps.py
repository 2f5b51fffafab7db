"""Velocity maps: units, the image that is meant, and the frame."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from skies import Sky, sky_header, write_velocity_map

from cubeclust.errors import InputError
from cubeclust.io.cube_files import CubeFile, open_cube
from cubeclust.io.velocity_maps import read_velocity_map

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
