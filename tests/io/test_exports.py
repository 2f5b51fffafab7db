"""Every format of EXPORTS, opened by a reader of that format."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS
from classified import classified
from regions import Regions
from skies import rotated_wcs

from cubeclust.class_map import ClassMap
from cubeclust.classes.classification import Classification
from cubeclust.classes.colors import class_colors
from cubeclust.classes.table import ClassRow
from cubeclust.io.exports import EXPORTS
from cubeclust.io.exports.ds9 import label_spaxel
from cubeclust.quality import OF_VELOCITY, Quality
from cubeclust.velocities.motion import Motion

NY, NX = 9, 14
# For each format: the class numbers that its own reader finds in the files.
FOUND = {
    "ds9": lambda folder: [int(label.text) for label in Regions.read(folder / "ds9.reg", format="ds9")],
    "gist": lambda folder: fits.getdata(folder / "gist_table.fits", "TABLE")["BIN_ID"] + 1,
    "manga": lambda folder: fits.getdata(folder / "binid.fits", "BINID") + 1,
    "csv": lambda folder: Table.read(folder / "spaxels.csv", format="ascii.csv")["class"],
}


def export(classification: Classification, snr: np.ndarray, folder: Path, *names: str) -> dict[str, Path]:
    """Write the files of the formats named, or of all, and return their paths by ending."""
    formats = [EXPORTS[name] for name in names or EXPORTS]
    files = {ending: folder / ending for each in formats for ending in each.files}
    for each in formats:
        for ending in each.files:
            each.writer(ending)(files[ending], classification, snr)
    return files


def classes() -> np.ndarray:
    """Class 1 around 2, 3 in two areas, the first row and three spaxels without a class."""
    image = np.ones((NY, NX), np.int16)
    image[2:6, 2:6] = 2
    image[7, 1] = image[4:8, 10:13] = 3
    image[0] = image[8, 11:] = 0
    return image


@pytest.fixture(params=[True, False], ids=["sky", "no-sky"])
def exported(request: pytest.FixtureRequest, tmp_path: Path) -> dict:
    """All formats of one map, and what went into them."""
    image, wcs = classes(), rotated_wcs() if request.param else None
    quality = np.zeros((NY, NX), np.int32)
    quality[0], quality[8, 11:13], quality[8, 13] = Quality.CROPPED, Quality.LOW_SNR, Quality.NO_DATA
    y, x = np.nonzero(image)
    random = np.random.default_rng(0)
    snr = np.full(image.shape, np.nan, np.float32)
    snr[y, x] = random.uniform(1, 9, len(y))
    posterior = np.where(image > 0, random.uniform(0.5, 1, image.shape), np.nan).astype(np.float32)
    class_map = ClassMap(image, posterior, quality, wcs, int(image.max()))
    light = np.where(image > 0, random.uniform(1, 5, image.shape), np.nan).astype(np.float32)
    classification = classified(class_map, light=light, snr=snr)
    export(classification, snr, tmp_path)
    return {"map": class_map, "rows": classification.rows, "snr": snr, "light": light, "folder": tmp_path}


def test_every_format_writes_its_files_and_no_others(exported: dict) -> None:
    written = {path.name for path in exported["folder"].iterdir()}
    assert written == {ending for export in EXPORTS.values() for ending in export.files}
    assert all((exported["folder"] / ending).stat().st_size for ending in written)


@pytest.mark.parametrize("name", EXPORTS)
def test_every_format_holds_every_class(exported: dict, name: str) -> None:
    found = np.unique(FOUND[name](exported["folder"]))
    assert found[found > 0].tolist() == [row.number for row in exported["rows"]]


def test_endings_are_of_one_format_each() -> None:
    endings = [ending for export in EXPORTS.values() for ending in export.files]
    assert len(endings) == len(set(endings))


def test_labels_lie_on_their_class(exported: dict) -> None:
    class_map = exported["map"]
    labels = Regions.read(exported["folder"] / "ds9.reg", format="ds9")
    assert [int(label.text) for label in labels] == [1, 2, 3]
    for label, row in zip(labels, exported["rows"], strict=True):
        assert label.visual["color"] == row.color
        place = label.center if class_map.wcs is None else label.to_pixel(class_map.wcs).center
        x, y = round(place.x), round(place.y)
        assert place.xy == pytest.approx((x, y), abs=2e-3)
        assert class_map.classes[y, x] == row.number
        if row.number == 3:
            assert (4 <= y < 8) and x == 11, "the middle of the larger of its two areas"


def test_label_is_deep_inside() -> None:
    inside = np.zeros((20, 20), bool)
    inside[5:14, 3:12] = True  # depth 5 at (9, 7)
    inside[0, :] = True  # longer, but the border of the frame is near
    assert label_spaxel(inside) == (9, 7)


@pytest.mark.parametrize("n_classes", [1, 2, 5, 21, 60])
def test_color_map_shows_each_class_in_its_color(tmp_path: Path, n_classes: int) -> None:
    """What DS9 8 does with it (tksao: frame.C, lut.C): 1024 colors between the limits 0 and K, 255 * value cut off."""
    image = np.arange(n_classes + 1, dtype=np.int16)[None]
    class_map = ClassMap(image, np.ones(image.shape, np.float32), (image == 0).astype(np.int32), None, int(image.max()))
    export(classified(class_map), np.full(image.shape, np.nan), tmp_path, "ds9")
    lines = np.loadtxt(tmp_path / "ds9.lut")
    assert lines.shape == (n_classes + 1, 3)
    cell = (image[0] / n_classes * 1023 + 0.5).astype(int)
    shown = (lines[cell * len(lines) // 1024].astype(np.float32) * np.float32(255)).astype(np.uint8)
    hexes = ["#{:02X}{:02X}{:02X}".format(*color) for color in shown]
    assert hexes[1:] == class_colors(n_classes)
    assert len(set(shown[0])) == 1, "gray where there is no class"
    assert hexes[0] not in hexes[1:]


def test_spaxel_table(exported: dict) -> None:
    table = Table.read(exported["folder"] / "spaxels.csv", format="ascii.csv")
    class_map, snr = exported["map"], exported["snr"]
    assert len(table) == NY * NX
    assert np.array_equal(table["class"], class_map.classes[table["y"], table["x"]])
    assert np.array_equal(table["quality"], class_map.quality[table["y"], table["x"]])
    for row in exported["rows"]:
        assert np.count_nonzero(table["class"] == row.number) == row.n_spaxels
    known = np.array(table["class"] > 0)
    assert np.array_equal(~np.ma.getmaskarray(table["max_posterior"].data), known), "empty where unknown"
    np.testing.assert_allclose(table["snr"][known], snr[table["y"], table["x"]][known], rtol=1e-5)
    if class_map.wcs is None:
        assert np.all(table["ra"].mask) and np.all(table["dec"].mask)
        return
    read = SkyCoord(table["ra"], table["dec"], unit="deg")
    x, y = class_map.wcs.world_to_pixel(read)
    np.testing.assert_allclose(x, table["x"], atol=1e-3)
    np.testing.assert_allclose(y, table["y"], atol=1e-3)


def test_binid(exported: dict) -> None:
    binid, header = fits.getdata(exported["folder"] / "binid.fits", "BINID", header=True)
    assert binid.dtype == np.dtype(">i4")
    assert np.array_equal(binid, exported["map"].classes - 1)
    same_sky(header, exported["map"].wcs)


def same_sky(header: fits.Header, wcs: WCS | None) -> None:
    if wcs is None:
        assert "CTYPE1" not in header
    else:
        np.testing.assert_allclose(
            WCS(header).wcs_pix2world([[0, 0], [NX, NY]], 0), wcs.wcs_pix2world([[0, 0], [NX, NY]], 0)
        )


def test_gist_table(exported: dict) -> None:
    """As nGIST's spatialBinning writes it: columns, order, header, sums of its bins."""
    path, class_map = exported["folder"] / "gist_table.fits", exported["map"]
    with fits.open(path) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "TABLE", ""]
        assert hdus[0].header["PIXSIZE"] == pytest.approx(1.0 if class_map.wcs is None else 0.2)
        same_sky(hdus[2].header, class_map.wcs)
        columns = {column.name: column.format for column in hdus["TABLE"].columns}
        table, size = Table(hdus["TABLE"].data), hdus[0].header["PIXSIZE"]
    names = ["ID", "BIN_ID", "X", "Y", "FLUX", "SNR", "XBIN", "YBIN", "SNRBIN", "NSPAX", "CLASS"]
    expected = dict(zip(names, "JJDDDDDDDJJ", strict=True))
    assert columns == expected
    assert list(columns) == list(expected)
    assert np.array_equal(table["ID"], np.arange(NY * NX))
    bins = np.array(table["BIN_ID"]).reshape(NY, NX)
    assert np.array_equal(bins >= 0, class_map.classes > 0)
    assert np.array_equal(bins[bins >= 0] + 1, class_map.classes[bins >= 0])
    assert np.array_equal(np.unique(np.abs(bins)), [0, 1, 2]), "every |BIN_ID| is a bin: readers index results by it"
    assert bins[0, 3] == -1, "beside class 2"
    assert bins[8, 12] == -2, "beside class 3"
    # The image that nGIST's save_maps_fits makes of X, Y and PIXSIZE is the frame.
    column, row = (np.round((table[name] - table[name].min()) / size).astype(int) for name in ("X", "Y"))
    assert np.array_equal(column + NX * row, table["ID"])
    for number, n_spaxels in enumerate(class_map.counts()):
        inside = table[table["BIN_ID"] == number]
        assert len(inside) == n_spaxels
        assert set(inside["NSPAX"]) == {n_spaxels}
        np.testing.assert_allclose(inside["XBIN"], inside["X"].mean())
        np.testing.assert_allclose(inside["YBIN"], inside["Y"].mean())
        noise = np.sqrt(((inside["FLUX"] / inside["SNR"]) ** 2).sum())
        np.testing.assert_allclose(inside["SNRBIN"], inside["FLUX"].sum() / noise, rtol=1e-5)


def test_gist_table_of_one_class_has_no_spaxel_inside_too_many(tmp_path: Path) -> None:
    image = np.array([[1, 1, 0]], np.int16)
    class_map = ClassMap(image, np.ones(image.shape, np.float32), (image == 0).astype(np.int32), None, int(image.max()))
    export(classified(class_map), np.full(image.shape, np.nan), tmp_path, "gist")
    table = fits.getdata(tmp_path / "gist_table.fits", "TABLE")
    assert table["BIN_ID"].tolist() == [0, 0, -1]
    assert np.isnan(table["SNRBIN"]).all()


def test_gist_mask(exported: dict) -> None:
    path, class_map = exported["folder"] / "gist_mask.fits", exported["map"]
    with fits.open(path) as hdus:
        assert hdus[1].name == "MASKFILE"
        table, image = hdus[1].data, hdus["MASK"].data
        masks = {name: table[name].reshape(NY, NX) for name in table.names}
    assert list(masks) == ["MASK", "MASK_DEFUNCT", "MASK_SNR", "MASK_FILE"]
    assert np.array_equal(masks["MASK"], class_map.classes == 0)
    assert np.array_equal(image, masks["MASK"])
    assert np.array_equal(masks["MASK"], masks["MASK_DEFUNCT"] | masks["MASK_SNR"] | masks["MASK_FILE"])
    assert masks["MASK_DEFUNCT"].sum() == 1
    assert masks["MASK_SNR"].sum() == 2
    assert masks["MASK_FILE"].sum() == NX


def test_class_without_spaxels_has_no_bin_and_no_label(tmp_path: Path) -> None:
    """Of the classes 1, 2 and 3 of a model, 2 has no spaxel here: bins 0 and 1, labels 1 and 3, no warning."""
    image = np.repeat([[1, 1, 3, 0]], 5, axis=0).astype(np.int16)
    class_map = ClassMap(image, np.ones(image.shape, np.float32), (image == 0).astype(np.int32), None, 3)
    nan = float("nan")
    sizes, colors = class_map.counts(), class_colors(3)
    rows = [ClassRow(n, int(sizes[n - 1]), nan, nan, nan, nan, nan, colors[n - 1], "ABC"[n - 1], 0) for n in (1, 2, 3)]
    snr = np.where(image > 0, np.float32(3.0), np.float32("nan"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        files = export(classified(class_map, rows), snr, tmp_path)
    table = Table.read(files["gist_table.fits"], hdu="TABLE")
    assert np.unique(table["BIN_ID"][table["BIN_ID"] >= 0]).tolist() == [0, 1]
    assert np.array_equal(table["CLASS"], image.ravel())
    assert table["NSPAX"][table["BIN_ID"] == 1].tolist() == [5] * 5
    assert [int(label.text) for label in Regions.read(files["ds9.reg"], format="ds9")] == [1, 3]
    assert len(files["ds9.lut"].read_text().splitlines()) == 4
    assert fits.getdata(files["binid.fits"], "BINID").max() == 2


def test_spaxels_without_a_usable_velocity_are_masked_by_a_file(tmp_path: Path) -> None:
    """A spaxel for each reason against a velocity, beside one that is classified."""
    image = np.array([[1] + [0] * len(OF_VELOCITY)], np.int16)
    quality = np.array([[0, *OF_VELOCITY.values()]], np.int32)
    motion = Motion(np.where(image > 0, 0.0038, np.nan), 0.0037)
    class_map = ClassMap(image, np.ones(image.shape, np.float32), quality, None, 1, motion)
    files = export(classified(class_map), np.where(image > 0, 1.0, np.nan), tmp_path, "gist", "csv")
    masks = fits.getdata(files["gist_mask.fits"], "MASKFILE")
    assert np.array_equal(masks["MASK_FILE"] == 1, image[0] == 0)
    assert np.array_equal(masks["MASK_FILE"], masks["MASK"])
    velocity = Table.read(files["spaxels.csv"], format="ascii.csv")["velocity"]
    assert velocity[0] == pytest.approx(299_792.458 * 1e-4 / 1.0037, abs=0.005)
    assert velocity.mask[1:].all()
