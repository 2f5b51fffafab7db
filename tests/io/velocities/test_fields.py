"""vel.fits: what is written is read again, it says what it holds, and a file of others is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from skies import Sky, sky_header

from cubeclust.errors import InputError
from cubeclust.io.atomic import written_aside
from cubeclust.io.cubes.cube_file import CubeFile, open_cube
from cubeclust.io.map_hdus import Provenance
from cubeclust.io.velocities.fields import read_velocity_field, write_velocity_field
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import VelocityFlag

IMAGES = ("velocity", "error", "sigma", "snr", "n_lines", "flag")


@pytest.fixture
def field(sky: Sky) -> VelocityField:
    """A field of the cube's frame with every kind of content; each flag has a spaxel of its own."""
    random, shape = np.random.default_rng(0), sky.truth.shape
    velocity, error, sigma, snr, halpha = random.normal(0, 100, (5, *shape)).astype(np.float32)
    velocity[0, :2] = np.nan
    flag = np.zeros(shape, np.int32)
    flag[1, : len(VelocityFlag)] = list(VelocityFlag)
    return VelocityField(
        velocity,
        error,
        sigma,
        snr,
        random.integers(0, 9, shape).astype(np.int16),
        flag,
        systemic=0.0037931,  # CZSYS 1137.14 km/s
        confidence=2.5,
        medium="air",
        dropped=VelocityFlag.NO_VELOCITY | VelocityFlag.GUESS,
        wcs=WCS(sky_header(sky)).celestial,
        fluxes={"Halpha": halpha, "unheard of": 2 * halpha},
        flux_errors={"Halpha": np.abs(halpha), "unheard of": 3 * halpha},
        bins=random.integers(-1, 30, shape).astype(np.int32),
    )


def written(path: Path, field: VelocityField, **more: str) -> Path:
    with written_aside(path) as (aside,):
        write_velocity_field(aside, field, Provenance({"CUBE": ("sky.fits", "input")}, ("how",)), **more)
    return path


def test_what_is_written_is_read_again(tmp_path: Path, field: VelocityField, sky_file: Path) -> None:
    again = read_velocity_field(written(tmp_path / "vel.fits", field), open_cube(sky_file))
    for name in (*IMAGES, "bins"):
        image, expected = getattr(again, name), getattr(field, name)
        assert image.dtype == expected.dtype
        np.testing.assert_array_equal(image, expected, err_msg=name)
    assert again.confidence == field.confidence
    for name in ("fluxes", "flux_errors"):
        assert getattr(again, name).keys() == getattr(field, name).keys()
        for line, image in getattr(field, name).items():
            np.testing.assert_array_equal(getattr(again, name)[line], image)
    assert (again.systemic, again.medium, again.dropped) == (field.systemic, field.medium, field.dropped)
    np.testing.assert_array_equal(again.redshift, field.redshift)
    corners = [[0, 0], [20, 3]]
    np.testing.assert_allclose(again.wcs.wcs_pix2world(corners, 0), field.wcs.wcs_pix2world(corners, 0), atol=1e-11)


def test_a_field_without_sky_lines_and_bins(tmp_path: Path, field: VelocityField) -> None:
    bare = replace(field, wcs=None, fluxes={}, flux_errors={}, bins=None)
    again = read_velocity_field(written(tmp_path / "vel.fits", bare))
    assert (again.wcs, again.fluxes, again.flux_errors, again.bins) == (None, {}, {}, None)
    np.testing.assert_array_equal(again.velocity, field.velocity)


def test_other_programs_find_what_they_need(tmp_path: Path, field: VelocityField, sky: Sky) -> None:
    with fits.open(written(tmp_path / "vel.fits", replace(field, flux_unit="1e-20 erg")), checksum=True) as hdus:
        hdus.verify("exception")
        for hdu in hdus:
            assert hdu.verify_checksum() == hdu.verify_datasum() == 1
            assert "BLANK" not in hdu.header
        header = hdus["VELOCITY"].header
        assert (header["BUNIT"], header["CD2_2"]) == ("km/s", pytest.approx(0.2 / 3600))
        assert "CDELT1" not in header
        primary = hdus[0].header
        assert primary["CZSYS"] == pytest.approx(0.0037931 * 299792.458)
        assert (primary["CUBE"], primary["MEDIUM"], primary["DROPBITS"]) == ("sky.fits", "air", 129)
        for bit in VelocityFlag:
            assert hdus["FLAG"].header[f"QBIT{int(np.log2(bit))}"] == bit.name
        assert WCS(hdus["LINEFLUX"].header).naxis == 3
        assert WCS(hdus["LINEFLUX"].header).wcs_pix2world([[0, 0, 1]], 0)[0, 2] == 2
        assert hdus["LINEERR"].header["BUNIT"] == "1e-20 erg"
        lines = hdus["LINES"].data
        assert lines["INDEX"].tolist() == [1, 2]
        assert lines["NAME"].tolist() == ["Halpha", "unheard of"]
        np.testing.assert_array_equal(lines["AIR"], [6562.80, np.nan])
        np.testing.assert_array_equal(lines["VACUUM"], [6564.61, np.nan])


@pytest.mark.parametrize("name", ["VELOCITY", "VELERR", "SIGMA", "SNR", "NLINES", "FLAG"])
def test_file_of_others_is_refused(tmp_path: Path, field: VelocityField, name: str) -> None:
    path = written(tmp_path / "vel.fits", field)
    with fits.open(path, mode="update") as hdus:
        del hdus[name]
    with pytest.raises(InputError, match=r"is no velocity map of .*--velocity-map\.$"):
        read_velocity_field(path)


def test_images_of_different_frames(tmp_path: Path, field: VelocityField) -> None:
    path = written(tmp_path / "vel.fits", field)
    with fits.open(path, mode="update") as hdus:
        hdus["SNR"].data = hdus["SNR"].data[1:]
    with pytest.raises(InputError, match="are inconsistent"):
        read_velocity_field(path)


@pytest.mark.parametrize(
    "changed",
    [
        {"velocity": np.full((24, 26), np.nan, np.float32)},
        {"flag": np.full((24, 26), VelocityFlag.GUESS, np.int32)},
    ],
    ids=["unknown", "misleading"],
)
def test_field_without_a_velocity_to_use(tmp_path: Path, field: VelocityField, changed: dict) -> None:
    path = written(tmp_path / "vel.fits", replace(field, **changed))
    with pytest.raises(InputError, match=r"every velocity is missing or misleading; .*--keep"):
        read_velocity_field(path)


@pytest.fixture
def cube_file(sky_file: Path) -> CubeFile:
    return open_cube(sky_file)


def test_field_of_another_frame(tmp_path: Path, field: VelocityField, cube_file: CubeFile, sky: Sky) -> None:
    small = {name: getattr(field, name)[:-1] for name in (*IMAGES, "bins")}
    path = written(tmp_path / "small.fits", replace(field, **small, fluxes={}, flux_errors={}))
    with pytest.raises(InputError, match=r"shape \(23, 26\) but the cube's frame is \(24, 26\); give the velocity map"):
        read_velocity_field(path, cube_file)
    header = sky_header(sky)
    header["CRPIX1"] += 2
    path = written(tmp_path / "moved.fits", replace(field, wcs=WCS(header).celestial))
    with pytest.raises(InputError, match="2 spaxels off the cube's frame"):
        read_velocity_field(path, cube_file)
