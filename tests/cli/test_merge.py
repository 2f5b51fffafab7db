"""`cubeclust merge`."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from click.testing import Result
from commands import call, refused
from matplotlib.image import imread
from skies import make_sky, write_sky, write_velocity_map

from cubeclust.classes.spectra import STATISTICS

IMAGES = ("CLASSMAP", "QUALITY", "MAXPROB", "WHITELIGHT")


def path_of(*arguments: object) -> Path:
    result = call(*arguments)
    assert result.exit_code == 0, (result.stderr, result.exception)
    return Path(result.stdout.strip())


def by_name(path: Path) -> dict[str, np.ndarray]:
    """Where each class of a map is, (NY, NX) bool, by its name."""
    classes, table = fits.getdata(path, "CLASSMAP"), Table.read(path, "CLASSES")
    return {str(row["NAME"]): classes == row["CLASS"] for row in table}


def rows_by_name(path: Path) -> dict[str, fits.FITS_record]:
    """Row of the table of each class, by its name."""
    return {str(row["NAME"]): row for row in fits.getdata(path, "CLASSES")}


def spectra_by_name(path: Path) -> dict[str, np.ndarray]:
    """Statistics of each class, (n_statistics, n_wave), by its name."""
    names, table = Table.read(path, "CLASSES")["NAME"].tolist(), fits.getdata(path, "SPECTRA")
    return {name: np.stack([table[s.upper()][i] for s in STATISTICS]) for i, name in enumerate(names)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sky of six regions, its map of three classes, and one map within each of its classes A and B."""
    path = tmp_path_factory.mktemp("maps")
    cube = write_sky(path / "sky.fits", make_sky(regions=6))
    parent = path_of("run", cube, "-m", "gmm", "--pca", 4, "-k", 3, "--crop", 1, "-o", path)
    for number, method in ((1, "gmm"), (2, "kmeans")):
        options = ["--pca", 4, "-k", 2, "--within", parent, "--class", number]
        path_of("run", cube, "-m", method, *options, "-o", path)
    return path


@pytest.fixture
def cube(folder: Path) -> Path:
    return folder / "sky.fits"


@pytest.fixture
def parent(folder: Path) -> Path:
    return folder / "sky_gmm_classmap.fits"


@pytest.fixture
def within_a(folder: Path) -> Path:
    return folder / "sky_gmm-A_classmap.fits"


@pytest.fixture
def within_b(folder: Path) -> Path:
    return folder / "sky_kmeans-B_classmap.fits"


def test_every_spaxel_has_the_class_of_the_map_it_comes_from(
    parent: Path, within_a: Path, within_b: Path, tmp_path: Path
) -> None:
    merged = path_of("merge", parent, within_a, within_b, "-o", tmp_path)
    assert merged == tmp_path / "sky_gmm-merged_classmap.fits"
    found, old = by_name(merged), by_name(parent)
    expected = {"C": old["C"]} | by_name(within_a) | by_name(within_b)
    assert found.keys() == expected.keys() == {"A1", "A2", "B1", "B2", "C"}
    for name, inside in expected.items():
        np.testing.assert_array_equal(found[name], inside)
    table = Table.read(merged, "CLASSES")
    assert table["CLASS"].tolist() == [1, 2, 3, 4, 5]
    assert table["N_SPAXELS"].tolist() == sorted((int(inside.sum()) for inside in expected.values()), reverse=True)
    assert table["N_SPAXELS"].sum() == sum(inside.sum() for inside in old.values()) == 22 * 24
    assert dict(zip(table["NAME"], table["PARENT"], strict=True)) == {"A1": 1, "A2": 1, "B1": 2, "B2": 2, "C": 0}
    for name in ("QUALITY", "WHITELIGHT"):
        np.testing.assert_array_equal(fits.getdata(merged, name), fits.getdata(parent, name))
    wcs = [fits.getheader(path, "CLASSMAP")["CD*"] for path in (merged, parent)]
    assert dict(wcs[0]) == dict(wcs[1])


def test_posterior_is_that_of_both_levels(parent: Path, within_a: Path, within_b: Path, tmp_path: Path) -> None:
    """p(A1 | x) = p(A | x) p(A1 | x, A); unknown where a method has none."""
    merged = path_of("merge", parent, within_a, within_b, "-o", tmp_path)
    found, above, below = (fits.getdata(path, "MAXPROB") for path in (merged, parent, within_a))
    classes = by_name(parent)
    np.testing.assert_allclose(found[classes["A"]], (above * below)[classes["A"]], rtol=1e-6)
    assert np.isnan(found[classes["B"]]).all(), "kmeans has no posterior"
    np.testing.assert_array_equal(found[classes["C"]], above[classes["C"]])
    means = fits.getdata(merged, "CLASSES")["MEAN_MAXPROB"]
    for mean, inside in zip(means, by_name(merged).values(), strict=True):
        np.testing.assert_allclose(mean, found[inside].mean(dtype=float), rtol=1e-6)


def test_spectra_and_numbers_of_classes_are_those_of_their_runs(
    parent: Path, within_a: Path, within_b: Path, tmp_path: Path
) -> None:
    merged = path_of("merge", parent, within_a, within_b, "-o", tmp_path)
    found, rows = spectra_by_name(merged), rows_by_name(merged)
    for path, names in ((parent, ["C"]), (within_a, ["A1", "A2"]), (within_b, ["B1", "B2"])):
        theirs = rows_by_name(path)
        for name in names:
            np.testing.assert_array_equal(found[name], spectra_by_name(path)[name])
            for column in ("N_SPAXELS", "AREA", "RA", "DEC", "MEAN_SNR"):
                np.testing.assert_allclose(rows[name][column], theirs[name][column], rtol=1e-6)
    for name in ("A", "B"):
        sizes = [by_name(merged)[f"{name}{i}"].sum() for i in (1, 2)]
        mean = np.average([found[f"{name}{i}"][0] for i in (1, 2)], axis=0, weights=sizes)
        np.testing.assert_allclose(mean, spectra_by_name(parent)[name][0], rtol=1e-5)


def test_spaxels_left_out_below_stay_in_their_class(cube: Path, parent: Path, tmp_path: Path) -> None:
    """Without a mean spectrum or signal to noise, which were those of all of the class."""
    inside = by_name(parent)["A"]
    masked = np.zeros(inside.shape, np.uint8)
    masked[tuple(np.argwhere(inside)[::3].T)] = 1
    fits.writeto(tmp_path / "mask.fits", masked)
    options = ["-m", "kmeans", "-k", 2, "--within", parent, "--class", 1, "--mask", tmp_path / "mask.fits"]
    part = path_of("run", cube, *options, "-o", tmp_path)
    result = call("merge", parent, part, "-o", tmp_path)
    assert f"{masked.sum()} spaxels of A that the run within it left out stay A" in result.stderr
    merged = Path(result.stdout.strip())
    np.testing.assert_array_equal(by_name(merged)["A"], masked == 1)
    np.testing.assert_array_equal(fits.getdata(merged, "QUALITY"), fits.getdata(parent, "QUALITY"))
    row = rows_by_name(merged)["A"]
    assert row["N_SPAXELS"] == masked.sum()
    assert np.isnan(row["MEAN_SNR"])
    assert np.isnan(spectra_by_name(merged)["A"]).all()
    assert sum(image.sum() for image in by_name(merged).values()) == 22 * 24


@pytest.mark.parametrize(
    ("options", "known", "words"),
    [
        (["--window", "7700:7900"], (7700, 7900), "known on 17 of the 60 channels: "),
        (
            ["--normalize-band", "7600:8000"],
            (),
            "known on 0 of the 60 channels, as the mean in 7600.00:8000.00 and not",
        ),
        (["--exclude", "7800:7820"], (), "in 7600.00:7787.50,7825.00:8100.00 and not in 7600.00:8100.00 divides them"),
        (["--normalize-band", "none"], (), "known on 0 of the 60 channels, as the mean in none and not"),
    ],
)
def test_spectra_that_cannot_be_compared_are_unknown(
    cube: Path, parent: Path, tmp_path: Path, options: list[str], known: tuple[int, ...], words: str
) -> None:
    """On the channels that both have, if the same mean divides them; the figure is drawn all the same."""
    part = path_of("run", cube, "-m", "kmeans", "-k", 2, *options, "--within", parent, "--class", 1, "-o", tmp_path)
    result = call("merge", parent, part, "-o", tmp_path)
    assert words in result.stderr.replace("\n", " ")
    merged = Path(result.stdout.strip())
    history = "".join(fits.getheader(merged)["HISTORY"])
    assert "note the mean spectra of the classes within A" in history
    wavelength, found = fits.getdata(merged, "WAVELENGTH")["WAVELENGTH"], spectra_by_name(merged)
    low, high = known or (np.inf, np.inf)
    for name in ("A1", "A2"):
        np.testing.assert_array_equal(np.isfinite(found[name][0]), (wavelength >= low) & (wavelength <= high))
    np.testing.assert_array_equal(found["B"], spectra_by_name(parent)["B"])
    assert imread(tmp_path / "sky_gmm-merged_spectra.png").ndim == 3


def test_velocities_are_those_that_each_run_corrected_for(cube: Path, parent: Path, tmp_path: Path) -> None:
    velocity = write_velocity_map(tmp_path / "v.fits", np.full((24, 26), 90.0))
    options = ["-m", "kmeans", "-k", 2, "--within", parent, "--class", 1, "--velocity-map", velocity]
    merged = path_of("merge", parent, path_of("run", cube, *options, "-o", tmp_path), "-o", tmp_path)
    found = fits.getdata(merged, "VELOCITY")
    np.testing.assert_allclose(found[by_name(parent)["A"]], 90, rtol=1e-6)
    assert np.isnan(found[~by_name(parent)["A"]]).all()
    assert np.isnan(spectra_by_name(merged)["A1"]).all(), "at rest, where the others are as observed"


@pytest.mark.parametrize("at_once", [True, False])
def test_levels_can_be_merged_at_once_or_one_by_one(
    cube: Path, parent: Path, within_a: Path, tmp_path: Path, at_once: bool
) -> None:
    options = ["-m", "kmeans", "-k", 2, "--within", within_a, "--class", 2]
    lowest = path_of("run", cube, *options, "-o", tmp_path)
    if at_once:
        merged = path_of("merge", parent, within_a, lowest, "-o", tmp_path)
    else:
        below = path_of("merge", within_a, lowest, "-o", tmp_path)
        assert set(by_name(below)) == {"A1", "A2a", "A2b"}
        merged = path_of("merge", parent, below, "-o", tmp_path)
    expected = {name: by_name(parent)[name] for name in "BC"} | {"A1": by_name(within_a)["A1"]} | by_name(lowest)
    found = by_name(merged)
    assert found.keys() == expected.keys()
    for name, inside in expected.items():
        np.testing.assert_array_equal(found[name], inside)


def test_merged_map_is_a_class_map_like_any_other(cube: Path, parent: Path, within_a: Path, tmp_path: Path) -> None:
    """`plot` draws the same figures, and a class of it can be clustered again, under its name."""
    merged = path_of("merge", parent, within_a, "-o", tmp_path)
    overlay = path_of("plot", merged, "-o", tmp_path / "again")
    for first in (overlay, overlay.with_name("sky_gmm-merged_spectra.png")):
        np.testing.assert_array_equal(imread(first), imread(tmp_path / first.name))
    number = 1 + Table.read(merged, "CLASSES")["NAME"].tolist().index("A2")
    options = ["-m", "kmeans", "-k", 2, "--within", merged, "--class", number]
    lowest = path_of("run", cube, *options, "-o", tmp_path)
    assert lowest.name == "sky_kmeans-A2_classmap.fits"
    again = path_of("merge", merged, lowest, "-o", tmp_path)
    assert set(by_name(again)) == {"A1", "A2a", "A2b", "B", "C"}


def test_record_and_header_tell_what_was_merged(parent: Path, within_a: Path, tmp_path: Path) -> None:
    result = call("merge", parent, within_a, "-o", tmp_path, "--json", "-q")
    assert result.stderr == ""
    record = json.loads(result.stdout)
    merged = record["files"]["classmap.fits"]
    table, header = Table.read(merged, "CLASSES"), fits.getheader(merged)
    assert [row["name"] for row in record["classes"]] == table["NAME"].tolist()
    assert [row["n_spaxels"] for row in record["classes"]] == table["N_SPAXELS"].tolist()
    assert header["METHOD"] == "gmm, A by gmm"
    assert header["NCLASS"] == 4
    lines = list(header["HISTORY"])
    assert lines.index(f"of {parent.name}:") < lines.index(f"of {within_a.name}:")
    assert sum(line.startswith("setting method") for line in lines) == 2, "the settings of both runs"
    with fits.open(merged, checksum=True) as hdus:
        hdus.verify("exception")


def changed(path: Path, folder: Path, **cards: object) -> Path:
    """A copy of a map with other primary cards."""
    copy = Path(shutil.copy(path, folder / f"copy_{path.name}"))
    with fits.open(copy, mode="update") as hdus:
        hdus[0].header.update(cards)
    return copy


def test_parts_that_do_not_belong_are_refused(
    folder: Path, parent: Path, within_a: Path, within_b: Path, cube: Path, tmp_path: Path
) -> None:
    def merging(*parts: Path) -> Result:
        return call("merge", parent, *parts, "-o", tmp_path / "out")

    made = f"give maps that `cubeclust run --within {parent.name}` made"
    refused(merging(tmp_path / "none.fits"), "none.fits: no such file")
    refused(merging(cube), "is no class map")
    refused(merging(parent), "is a map of a whole cube, not of one class", made)
    refused(merging(within_a, within_a), "is of class A, and so is", "give one of them")
    refused(merging(changed(within_a, tmp_path, CUBE="other.fits")), "is of other.fits but", "is of sky.fits", made)
    refused(merging(changed(within_a, tmp_path, PARENT="F")), "is of class F, which", "does not have", made)
    refused(merging(changed(within_a, tmp_path, PARENT="B")), "spaxels that are not of class B", made)
    refused(call("merge", within_a, parent, "-o", tmp_path / "out"), "is a map of a whole cube")
    assert call("merge", parent).exit_code == 2
    assert not (tmp_path / "out").exists()


def test_class_that_has_changed_since(cube: Path, parent: Path, tmp_path: Path) -> None:
    """A part that was made within a smaller class of that name is not one of this class."""
    smaller = Path(shutil.copy(parent, tmp_path / "smaller.fits"))
    with fits.open(smaller, mode="update") as hdus:
        y, x = np.argwhere(hdus["CLASSMAP"].data == 1)[0]
        hdus["CLASSMAP"].data[y, x] = 2
        hdus["CLASSES"].data["N_SPAXELS"] += np.array([-1, 1, 0])
    options = ["-m", "kmeans", "-k", 2, "--within", smaller, "--class", 1]
    part = path_of("run", cube, *options, "-o", tmp_path)
    refused(call("merge", parent, part, "-o", tmp_path), "made on a class A that lacks 1 spaxels of this one")


def test_other_frame_and_other_place(parent: Path, within_a: Path, tmp_path: Path) -> None:
    moved = changed(within_a, tmp_path)
    with fits.open(moved, mode="update") as hdus:
        hdus["CLASSMAP"].header["CRPIX1"] += 0.2
    refused(call("merge", parent, moved, "-o", tmp_path / "out"), "0.2 spaxels off the parent map's frame")
    with fits.open(moved, mode="update") as hdus:
        for name in IMAGES:
            hdus[name].data = hdus[name].data[2:]
        classes = hdus["CLASSMAP"].data
        hdus["CLASSES"].data["N_SPAXELS"] = [np.count_nonzero(classes == number) for number in (1, 2)]
    words = ["has shape (22, 26) but the parent map's frame is (24, 26)", "give maps that"]
    refused(call("merge", parent, moved, "-o", tmp_path / "out"), *words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ending", ["classmap.fits", "overlay.png", "spectra.png"])
def test_existing_product_is_not_replaced_unasked(parent: Path, within_a: Path, tmp_path: Path, ending: str) -> None:
    old = tmp_path / f"sky_gmm-merged_{ending}"
    old.write_text("old")
    refused(call("merge", parent, within_a, "-o", tmp_path), f"{old}: exists already", "--overwrite")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
    assert call("merge", parent, within_a, "-o", tmp_path, "--overwrite").exit_code == 0
    assert old.read_bytes() != b"old"


def test_nothing_is_left_when_drawing_fails(
    parent: Path, within_a: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("cubeclust.plots.class_spectra.plot_class_spectra", fail)
    refused(call("merge", parent, within_a, "-o", tmp_path), "disk full", "choose another --output")
    assert list(tmp_path.iterdir()) == []


def test_names_that_the_parent_has_already_are_refused(cube: Path, parent: Path, tmp_path: Path) -> None:
    """The rest of a class, clustered by itself, would have the names of the part that was merged before."""
    part = path_of("run", cube, "-m", "kmeans", "-k", 2, "--within", parent, "--class", 1, "--crop", 3, "-o", tmp_path)
    merged = path_of("merge", parent, part, "-o", tmp_path)
    number = rows_by_name(merged)["A"]["CLASS"]
    rest = path_of("run", cube, "-m", "kmeans", "-k", 2, "--within", merged, "--class", number, "-o", tmp_path / "rest")
    refused(call("merge", merged, rest, "-o", tmp_path / "rest"), "has class A1, and so has")
