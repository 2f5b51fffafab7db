"""Cubes of each instrument, in their published form: wavelength, variance, flags; and what is refused or announced."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from click.testing import CliRunner
from instruments import BUILDERS, SHAPE, Made

from cubeclust.cli.main import main
from cubeclust.cube import Cube
from cubeclust.errors import InputError
from cubeclust.io.cubes.cube_file import CubeFile, open_cube
from cubeclust.io.cubes.layouts import NAMES
from cubeclust.io.cubes.read import crop_area, read_cube

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a made cube without some HDUs, and its flux without some cards."""

    def written(made: Made, hdus: tuple[str, ...] = (), cards: tuple[str, ...] = ()) -> Path:
        for card in cards:
            made.hdu(made.flux).header.remove(card, ignore_missing=True)
        path = tmp_path / "cube.fits"
        fits.HDUList([hdu for hdu in made.hdus if hdu.name not in hdus]).writeto(path)
        return path

    return written


def read_all(cube_file: CubeFile) -> Cube:
    return read_cube(cube_file, *crop_area(cube_file, (0, 0, 0, 0)), np.ones(cube_file.shape[0], bool))


def test_every_layout_has_its_cube() -> None:
    assert set(BUILDERS) == set(NAMES)


@pytest.mark.parametrize("name", BUILDERS)
def test_published_form(name: str, write: Write) -> None:
    made = BUILDERS[name]()
    flux = made.hdu(made.flux).data.copy()
    cube_file = open_cube(write(made))
    cube = read_all(cube_file)
    assert cube_file.layout == name
    np.testing.assert_allclose(cube.wavelength, made.wavelength, rtol=1e-6)
    assert cube.medium == made.medium
    np.testing.assert_array_equal(cube.flux, np.where(made.rejected, np.nan, flux))
    if made.variance is None:
        assert cube.variance is None
    else:
        np.testing.assert_allclose(cube.variance, made.variance, rtol=1e-5)
    masked = np.zeros(SHAPE[1:], bool) if cube.masked is None else cube.masked
    np.testing.assert_array_equal(masked, made.masked)


@pytest.mark.parametrize("name", ["MUSE", "MaNGA", "NIRSpec s3d", "MIRI s3d", "SAMI", "other"])
def test_wavelengths_agree_with_wcslib(name: str, write: Write) -> None:
    made = BUILDERS[name]()
    path = write(made)
    with fits.open(path) as hdus:
        header = hdus[0 if made.flux == "HDU0" else made.flux].header
        world = WCS(header, fobj=hdus).wcs_pix2world(3.0, 2.5, np.arange(SHAPE[0]), 0)[2]
    scale = 1e4 if name == "MIRI s3d" else 1e10  # wcslib gives meters, but a table's values as they stand
    np.testing.assert_allclose(open_cube(path).wavelength, scale * world, rtol=1e-6)


@pytest.mark.parametrize("name", BUILDERS)
def test_every_image_is_used_or_said_to_be_unused(name: str, write: Write) -> None:
    made = BUILDERS[name]()
    cube_file = open_cube(write(made))
    images = [hdu.name for hdu in made.hdus if hdu.is_image and hdu.data is not None and hdu.data.ndim in (2, 3)]
    said = " ".join(cube_file.notes)
    assert all(image.replace("PRIMARY", "HDU0") in said for image in images)


@pytest.mark.parametrize("card", ["CTYPE3", "CRVAL3", "step"])
@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("command", ["run", "info"])
def test_axis_that_lacks_a_card_is_refused(name: str, card: str, command: str, write: Write) -> None:
    made = BUILDERS[name]()
    path = write(made, hdus=made.lists, cards=("CD3_3", "CDELT3") if card == "step" else (card,))
    result = CliRunner().invoke(main, [command, str(path)])
    assert result.exit_code == 2, result.exception
    assert result.stdout == ""
    message = result.stderr[result.stderr.rindex("Error: ") :]
    assert "axis" in message
    assert message.strip().count("\n") == 0


@pytest.mark.parametrize("name", BUILDERS)
def test_missing_unit_is_assumed_where_the_numbers_allow_one_and_announced(name: str, write: Write) -> None:
    made = BUILDERS[name]()
    cube_file = open_cube(write(made, hdus=made.lists if name != "MIRI s3d" else (), cards=("CUNIT3",)))
    np.testing.assert_allclose(cube_file.wavelength, made.wavelength, rtol=1e-6)
    assert any("no unit (CUNIT3); taken as" in note for note in cube_file.notes)


@pytest.mark.parametrize(("start", "step"), [(500.0, 0.1), (2.4e3, 1.0), (29.9, 0.1), (1e-3, 1e-6), (0.05, 0.01)])
def test_unit_that_could_be_another_is_not_assumed(start: float, step: float, write: Write) -> None:
    made = BUILDERS["unnamed"]()
    made.hdus[0].header.update({"CRVAL3": start, "CRPIX3": 1.0, "CDELT3": step})
    with pytest.raises(InputError, match="name its unit by --wavelength-unit"):
        open_cube(write(made, cards=("CUNIT3",)))


def test_missing_reference_channel_is_the_standards_default_and_announced(write: Write) -> None:
    made = BUILDERS["MUSE"]()
    cube_file = open_cube(write(made, cards=("CRPIX3",)))
    np.testing.assert_allclose(cube_file.wavelength, made.wavelength + 1.25, rtol=1e-9)
    assert any("no CRPIX3" in note for note in cube_file.notes)


@pytest.mark.parametrize("card", ["CTYPE3", "CRVAL3", "CD3_3"])
def test_listed_wavelengths_stand_in_for_the_header(card: str, write: Write) -> None:
    made = BUILDERS["MaNGA"]()
    cube_file = open_cube(write(made, cards=(card,)))
    np.testing.assert_allclose(cube_file.wavelength, made.wavelength, rtol=1e-9)
    assert cube_file.axis.medium == "vacuum"
    assert any("wavelengths from WAVE, not from the header" in note for note in cube_file.notes)


def test_header_that_contradicts_the_list_is_announced(write: Write) -> None:
    made = BUILDERS["MaNGA"]()
    made.hdu("FLUX").header["CTYPE3"] = "WAVE"  # linear
    cube_file = open_cube(write(made))
    np.testing.assert_allclose(cube_file.wavelength, made.wavelength, rtol=1e-9)
    assert any("which the header's axis contradicts" in note for note in cube_file.notes)


@pytest.mark.parametrize("values", [np.arange(10.0), -np.arange(40.0), np.full(40, np.nan)])
def test_damaged_list_is_refused(values: np.ndarray, write: Write) -> None:
    made = BUILDERS["MaNGA"]()
    made.hdu("WAVE").data = 5000 + values
    with pytest.raises(InputError, match=r"WAVE .*correct the file or remove that HDU"):
        open_cube(write(made))


def test_table_without_the_column_is_refused(write: Write) -> None:
    made = BUILDERS["MIRI s3d"]()
    made.hdu("SCI").header["PS3_1"] = "lambda"
    with pytest.raises(InputError, match="no column 'lambda'"):
        open_cube(write(made))


def test_axis_cut_out_of_a_table(write: Write) -> None:
    """FITS WCS paper III, section 6.1.2: the channel's coordinate is the place in the table, counted from 1."""
    made = BUILDERS["MIRI s3d"]()
    for hdu in made.hdus[1:5]:
        hdu.data = hdu.data[3:]
    made.hdu("SCI").header["CRVAL3"] = 4.0
    np.testing.assert_allclose(open_cube(write(made)).wavelength, made.wavelength[3:], rtol=1e-6)


def test_iraf_logarithmic_axis_is_refused(write: Write) -> None:
    made = BUILDERS["SCI/VAR"]()
    made.hdu("SCI").header.update({"CRVAL3": 3.55, "CD3_3": 1e-4, "DC-FLAG": 1})
    with pytest.raises(InputError, match=r"DC-FLAG = 1.*resample"):
        open_cube(write(made))


def test_wavelengths_along_another_axis(write: Write) -> None:
    """OSIRIS: axes wavelength, y, x."""
    made = BUILDERS["unnamed"]()
    made.hdus[0].header.update({"CTYPE1": "WAVE", "CUNIT1": "nm", "CTYPE2": "RA---TAN", "CTYPE3": "DEC--TAN"})
    with pytest.raises(InputError, match="along axis 1: reorder the axes"):
        open_cube(write(made))


def test_masks_of_others_are_not_taken_for_mangas(write: Write) -> None:
    """FLUX, IVAR and MASK of another survey: its bits are not known, and the note says that MASK is unused."""
    made = BUILDERS["MaNGA"]()
    made.hdus[0].header.remove("INSTRUME")
    made.hdus[0].header.remove("PLATEIFU")
    cube_file = open_cube(write(made))
    assert (cube_file.layout, cube_file.hdus) == ("other", {"flux": "FLUX", "variance": "IVAR"})
    assert any("not used: MASK" in note for note in cube_file.notes)


@pytest.mark.parametrize(
    ("card", "word", "kind"),
    [
        ("UTYPE", "VarianceUncertainty", "variance"),
        ("UTYPE", "InverseVariance", "ivar"),
        ("HDUCLAS3", "RMSE", "std"),
        ("HDUCLAS3", "MSE", "variance"),
        ("UTYPE", "UnknownUncertainty", "std"),
    ],
)
def test_header_that_states_the_kind_of_uncertainty_wins_over_the_name(
    card: str, word: str, kind: str, write: Write
) -> None:
    made = BUILDERS["SCI/ERR"]()
    made.hdu("ERR").header[card] = word
    assert open_cube(write(made)).variance_kind == kind


def test_hdus_named_by_hand(write: Write) -> None:
    made = BUILDERS["SCI/ERR"]()
    extra = np.zeros(SHAPE, np.uint8)
    extra[4, 4, 4] = 1
    made.hdus.append(fits.ImageHDU(extra, name="BAD"))
    made.hdus.append(fits.ImageHDU(np.eye(*SHAPE[1:]), name="STARS"))
    path = write(made)
    cube_file = open_cube(path, mask_hdu="bad")
    assert np.argwhere(np.isnan(read_all(cube_file).flux)).tolist() == [[4, 4, 4]]
    assert cube_file.hdus == {"flux": "SCI", "variance": "ERR", "quality": "BAD", "mask": "MASK"}
    cube_file = open_cube(path, mask_hdu="Stars")
    np.testing.assert_array_equal(read_all(cube_file).masked, np.eye(*SHAPE[1:]) != 0)
    assert cube_file.hdus["quality"] == "DQ"
    cube_file = open_cube(path, mask_hdu="none")
    assert cube_file.hdus == {"flux": "SCI", "variance": "ERR"}
    assert np.isfinite(read_all(cube_file).flux).all()
    assert any("not used: DQ, BAD, MASK, STARS" in note for note in cube_file.notes)


def test_flags_named_by_hand_keep_their_bits(write: Write) -> None:
    cube_file = open_cube(write(BUILDERS["MaNGA"]()), mask_hdu="mask")
    assert cube_file.rejecting == {"FORESTAR": 8, "DONOTUSE": 1024}


def test_flux_named_by_hand(write: Write) -> None:
    made = BUILDERS["KCWI"]()
    made.hdus.append(fits.ImageHDU(2 * made.hdus[0].data, made.hdus[0].header, name="NOSKYSUB"))
    path = write(made)
    np.testing.assert_array_equal(read_all(open_cube(path, hdu="noskysub")).flux[0], 2 * made.hdus[0].data[0])
    assert open_cube(path, hdu="primary").hdus["flux"] == "HDU0"
    with pytest.raises(InputError, match="--hdu takes one of HDU0, MASK, UNCERT, FLAGS, NOSKYSUB"):
        open_cube(path, hdu="sci")


def test_uncertainty_clustered_as_flux_has_no_variance(write: Write) -> None:
    made = BUILDERS["SCI/ERR"]()
    cube_file = open_cube(write(made), hdu="ERR")
    assert cube_file.hdus == {"flux": "ERR", "quality": "DQ", "mask": "MASK"}


def test_second_hdu_of_a_name_is_announced(write: Write) -> None:
    made = BUILDERS["GMOS"]()
    made.hdus.append(fits.ImageHDU(made.hdus[1].data, made.hdus[1].header, name="SCI", ver=2))
    cube_file = open_cube(write(made))
    assert cube_file.hdus["flux"] == "SCI"
    assert any("not used: HDU4" in note for note in cube_file.notes)


def test_info_says_the_layout_and_takes_the_names(write: Write) -> None:
    path = write(BUILDERS["SCI/ERR"]())
    arguments = ["info", str(path), "--hdu", "sci", "--variance-hdu", "none", "--mask-hdu", "none"]
    result = CliRunner().invoke(main, arguments)
    assert "layout      SCI/ERR: SCI (flux)\n" in result.stdout
    text = CliRunner().invoke(main, ["info", str(path)]).stdout
    assert "layout      SCI/ERR: SCI (flux), ERR (std), DQ (quality), MASK (mask)\n" in text


def test_gmos_cube_of_ngc_3081(shared: Path) -> None:
    path = shared / "data/ngc3081_gmos/ngc3081_cube.fits"
    if not path.exists():
        pytest.skip("the GMOS cube is not beside this checkout")
    cube_file = open_cube(path)
    assert (cube_file.layout, cube_file.shape) == ("SCI/ERR", (1800, 8, 6))
    assert cube_file.hdus == {"flux": "SCI", "variance": "ERR", "mask": "MASK"}
    np.testing.assert_allclose(cube_file.wavelength, 5627.89 + 0.678294 * np.arange(1800), rtol=1e-9)
    cube = read_all(cube_file)
    np.testing.assert_array_equal(cube.masked, fits.getdata(path, "MASK") != 0)
    np.testing.assert_allclose(cube.flux * 1e-16, fits.getdata(path, "SCI"), rtol=1e-5)
