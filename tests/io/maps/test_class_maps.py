"""A class map file read again."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from classified import ORIGIN
from skies import rotated_wcs

from cubeclust import InputError
from cubeclust.class_map import ClassMap
from cubeclust.classes.classification import Classification, WhiteLight
from cubeclust.classes.colors import class_colors
from cubeclust.classes.spectra import STATISTICS, ClassSpectra
from cubeclust.classes.table import ClassRow
from cubeclust.io.map_hdus import Provenance
from cubeclust.io.maps.read import read_class_map
from cubeclust.io.maps.write import write_class_map
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.velocities.motion import Motion


@pytest.fixture(params=["sky", "no-sky"])
def written(request: pytest.FixtureRequest, tmp_path: Path) -> dict:
    """Path of a class map and what went into it, with NaN where a map has them."""
    random = np.random.default_rng(0)
    classes = np.repeat([[0, 1, 2]], 4, axis=0).astype(np.int16)
    posterior, light = random.random((2, 4, 3), dtype=np.float32)
    posterior[:, 0] = light[0] = np.nan
    wcs = rotated_wcs() if request.param == "sky" else None
    class_map = ClassMap(
        classes, posterior, (classes == 0).astype(np.int32), wcs, 2, Motion(np.full((4, 3), 0.0038), 0.0037)
    )
    colors, nan = class_colors(2), float("nan")
    rows = [ClassRow(n, 4, 0.16, 63.1 + n, -10.7, nan, nan, colors[n - 1], f"O{n}", 15, 30.0, 2.5, nan) for n in (1, 2)]
    tables = random.random((len(STATISTICS), 2, 7), dtype=np.float32)
    tables[-1] = np.nan
    spectra = ClassSpectra(np.linspace(5000, 5100, 7), "air", True, "1e-20 erg/s", *tables)
    white_light = WhiteLight(light, "10**(-20)*erg/s/cm**2/Angstrom")
    classification = Classification(class_map, rows, spectra, white_light, ORIGIN)
    cards = {"OBJECT": ("", ""), "CUBE": ("my.cube.fits.gz", ""), "METHOD": ("kmeans", "")}
    path = tmp_path / "map.fits"
    write_class_map(path, classification, Provenance(cards, ("written",)))
    return {"path": path, "map": class_map, "rows": rows, "spectra": spectra, "light": white_light}


def test_what_is_read_is_what_was_written(written: dict) -> None:
    stored = read_class_map(written["path"])
    for name in ("classes", "max_posterior", "quality"):
        read, expected = getattr(stored.class_map, name), getattr(written["map"], name)
        np.testing.assert_array_equal(read, expected)
        assert read.dtype == expected.dtype, "native, as every other part has it"
    np.testing.assert_array_equal(stored.white_light.image, written["light"].image)
    assert stored.white_light.unit == written["light"].unit
    for name in ("wavelength", *STATISTICS):
        np.testing.assert_array_equal(getattr(stored.spectra, name), getattr(written["spectra"], name))
    assert (stored.spectra.medium, stored.spectra.rest, stored.spectra.unit) == ("air", True, "1e-20 erg/s")
    np.testing.assert_allclose(stored.class_map.motion.redshift, written["map"].motion.redshift, rtol=1e-6)
    assert stored.class_map.motion.systemic == 0.0037
    assert stored.class_map.n_classes == 2
    assert [repr(row) for row in stored.rows] == [repr(row) for row in written["rows"]]  # NaN is not equal to itself
    assert stored.origin.title == "my.cube: kmeans"
    assert stored.origin.history == ("written",)


def test_header_states_what_velocities_are_about(written: dict) -> None:
    """VELOCITY is c z as an image and about ZSYS in the table."""
    with fits.open(written["path"]) as hdus:
        assert "c z, not about ZSYS" in str(hdus["VELOCITY"].header["COMMENT"])
        np.testing.assert_allclose(hdus["VELOCITY"].data, 0.0038 * LIGHT_SPEED, rtol=1e-6)
        [card] = [card for card in hdus["CLASSES"].header.cards if card.value == "VELOCITY"]
        assert "(z - ZSYS) / (1 + ZSYS)" in card.comment


def test_sky_is_the_same(written: dict) -> None:
    wcs, expected = read_class_map(written["path"]).class_map.wcs, written["map"].wcs
    if expected is None:
        assert wcs is None
        return
    corners = [[0, 0], [2, 3]]
    np.testing.assert_allclose(wcs.wcs_pix2world(corners, 0), expected.wcs_pix2world(corners, 0), rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", ["CLASSMAP", "QUALITY", "MAXPROB", "WHITELIGHT", "CLASSES", "SPECTRA", "WAVELENGTH"])
def test_missing_part_is_named(written: dict, name: str) -> None:
    with fits.open(written["path"], mode="update") as hdus:
        del hdus[name]
    with pytest.raises(InputError, match=f"no class map that can be read again .*no {name}.*give a"):
        read_class_map(written["path"])


def change(path: Path, name: str, values: np.ndarray) -> None:
    with fits.open(path, mode="update") as hdus:
        hdus[name].data = values


@pytest.mark.parametrize("number", [-1, 3])
def test_classes_that_the_table_does_not_have(written: dict, number: int) -> None:
    change(written["path"], "CLASSMAP", np.full((4, 3), number, np.int16))
    with pytest.raises(InputError, match="are inconsistent"):
        read_class_map(written["path"])


def test_images_of_different_frames(written: dict) -> None:
    change(written["path"], "WHITELIGHT", np.ones((5, 3), np.float32))
    with pytest.raises(InputError, match="are inconsistent"):
        read_class_map(written["path"])


@pytest.mark.parametrize("color", ["red", "", "#12345"])
def test_color_that_is_none(written: dict, color: str) -> None:
    with fits.open(written["path"], mode="update") as hdus:
        hdus["CLASSES"].data["COLOR"][0] = color
    with pytest.raises(InputError, match="are inconsistent"):
        read_class_map(written["path"])


@pytest.mark.parametrize("name", ["", "o1", "O0", "../O", "O2"])
def test_name_that_is_none_or_that_two_classes_have(written: dict, name: str) -> None:
    with fits.open(written["path"], mode="update") as hdus:
        hdus["CLASSES"].data["NAME"][0] = name
    with pytest.raises(InputError, match="are inconsistent"):
        read_class_map(written["path"])


@pytest.mark.parametrize("name", ["NAME", "PARENT", "VELOCITY", "VELDISP", "SIGMA"])
def test_map_of_a_version_without_a_column(written: dict, name: str) -> None:
    with fits.open(written["path"], mode="update") as hdus:
        hdus["CLASSES"].columns.del_col(name)
    with pytest.raises(InputError, match=f"no class map that can be read again .*no column {name} in CLASSES.*give a"):
        read_class_map(written["path"])


@pytest.mark.parametrize("name", ["CLASSES", "SPECTRA", "WAVELENGTH"])
def test_tables_of_another_kind(written: dict, name: str) -> None:
    with fits.open(written["path"], mode="update") as hdus:
        columns = [fits.Column(name="OTHER", format="J", array=[1, 2])]
        hdus[name] = fits.BinTableHDU.from_columns(columns, name=name)
    with pytest.raises(InputError, match=r"no class map|cannot be read as FITS|are inconsistent"):
        read_class_map(written["path"])


def test_sizes_of_the_table_that_are_not_those_of_the_map(written: dict) -> None:
    change(written["path"], "CLASSMAP", np.repeat([[1, 1, 2]], 4, axis=0).astype(np.int16))
    with pytest.raises(InputError, match="are inconsistent"):
        read_class_map(written["path"])


def test_cube_is_no_class_map(sky_file: Path) -> None:
    with pytest.raises(InputError, match=r"sky\.fits: is no class map"):
        read_class_map(sky_file)
