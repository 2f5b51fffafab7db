"""`cubeclust run --within CLASSMAP --class N`."""

import json
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from click.testing import CliRunner, Result
from commands import record_of, refused
from skies import Sky, make_sky, sky_header, write_sky

from cubeclust import Quality
from cubeclust.cli.main import main
from cubeclust.methods import METHODS

FAST = ["-m", "kmeans", "--n-starts", "1"]
CROP = 2


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["run", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sky of four regions and its map of two classes, a border of 2 spaxels cropped."""
    path = tmp_path_factory.mktemp("parent")
    cube = write_sky(path / "sky.fits", make_sky())
    record_of(cube, *FAST, "-k", 2, "--crop", CROP, "-o", path)
    return path


@pytest.fixture
def cube(folder: Path) -> Path:
    return folder / "sky.fits"


@pytest.fixture
def parent(folder: Path) -> Path:
    return folder / "sky_kmeans_classmap.fits"


@pytest.fixture
def members(parent: Path) -> np.ndarray:
    """Spaxels of class 1."""
    return fits.getdata(parent, "CLASSMAP") == 1


def test_only_the_class_enters_and_all_spaxels_add_up(
    cube: Path, parent: Path, members: np.ndarray, tmp_path: Path, sky: Sky
) -> None:
    regions = np.unique(sky.truth[members])
    record = record_of(cube, *FAST, "-k", len(regions), "--within", parent, "--class", 1, "-o", tmp_path)
    product = tmp_path / "sky_kmeans-A_classmap.fits"
    assert record["files"]["classmap.fits"] == str(product)
    classes, quality = fits.getdata(product, "CLASSMAP"), fits.getdata(product, "QUALITY")
    np.testing.assert_array_equal(classes > 0, members)
    np.testing.assert_array_equal(quality, np.where(members, 0, Quality.OTHER_CLASS))
    assert sum(record["class_sizes"]) == record["n_spectra"] == members.sum()
    assert record["left_out"] == {"OTHER_CLASS": members.size - members.sum()}
    for number in range(1, len(regions) + 1):
        assert len(np.unique(sky.truth[classes == number])) == 1, "a class of several regions falls into them"


def test_names_and_parent_are_told_everywhere(cube: Path, parent: Path, tmp_path: Path) -> None:
    result = run(cube, *FAST, "-k", 2, "--within", parent, "--class", 2, "-o", tmp_path)
    assert "Test sky: kmeans within B" in result.stderr
    assert "1 B1" in result.stderr
    assert "2 B2" in result.stderr
    product = Path(result.stdout.strip())
    table, header = Table.read(product, "CLASSES"), fits.getheader(product)
    assert table["NAME"].tolist() == ["B1", "B2"]
    assert table["PARENT"].tolist() == [2, 2]
    assert (header["WITHIN"], header["PARENT"]) == (parent.name, "B")
    history = "".join(str(line) for line in header["HISTORY"])
    assert f'setting within = "{parent}"'.replace(" ", "") in history.replace(" ", "")
    assert "setting class_number = 2" in history
    (line,) = (tmp_path / "runs.jsonl").read_text().splitlines()
    record = json.loads(line)
    assert record["parent"] == {"map": str(parent), "number": 2, "name": "B"}
    assert record["class_names"] == ["B1", "B2"]


def test_classes_of_a_whole_cube_have_letters_and_no_parent(parent: Path) -> None:
    table = Table.read(parent, "CLASSES")
    assert table["NAME"].tolist() == ["A", "B"]
    assert table["PARENT"].tolist() == [0, 0]
    assert "PARENT" not in fits.getheader(parent)


def test_classes_of_a_class_of_a_class(cube: Path, parent: Path, tmp_path: Path) -> None:
    """Names go on in small letters and then in numbers; each level lies inside the one above it."""
    above = parent
    for name, number, names in (("A", 1, ["A1", "A2"]), ("A2", 2, ["A2a", "A2b"]), ("A2a", 1, ["A2a1", "A2a2"])):
        inside = fits.getdata(above, "CLASSMAP") == number
        record_of(cube, *FAST, "-k", 2, "--within", above, "--class", number, "-o", tmp_path)
        above = tmp_path / f"sky_kmeans-{name}_classmap.fits"
        assert Table.read(above, "CLASSES")["NAME"].tolist() == names
        np.testing.assert_array_equal(fits.getdata(above, "CLASSMAP") > 0, inside)


def test_crop_region_and_mask_narrow_the_class(cube: Path, parent: Path, members: np.ndarray, tmp_path: Path) -> None:
    """Each spaxel left out has the bit of the option that left it out; --crop and --region come first."""
    y, x = np.indices(members.shape)
    region, mask = tmp_path / "area.reg", tmp_path / "mask.fits"
    region.write_text("image\ncircle(13,12,9.3)\n")
    masked = (x + y) % 5 == 0
    fits.writeto(mask, masked.astype(np.uint8))
    options = ["--crop", "4,0,0,0", "--region", region, "--mask", mask, "--within", parent, "--class", 1]
    record = record_of(cube, *FAST, "-k", 2, *options, "-o", tmp_path)
    asked = (np.hypot(x - 12, y - 11) < 9.3) & (x >= 4)
    expected = np.where(masked, Quality.MASKED, 0)
    expected = np.where(members, expected, Quality.OTHER_CLASS)
    expected = np.where(asked, expected, Quality.CROPPED)
    np.testing.assert_array_equal(fits.getdata(record["files"]["classmap.fits"], "QUALITY"), expected)
    assert record["n_spectra"] == np.count_nonzero(asked & members & ~masked)


def test_own_preprocessing(cube: Path, parent: Path, tmp_path: Path) -> None:
    options = ["--window", "7700:7900", "--normalize-band", "none", "--scale", "zscore"]
    record = record_of(cube, *FAST, "-k", 2, *options, "--within", parent, "--class", 1, "-o", tmp_path)
    assert record["n_channels"] == 17
    assert fits.getheader(parent)["NORMBAND"] == "7600.00:8100.00"
    assert fits.getheader(record["files"]["classmap.fits"])["NORMBAND"] == "none"


@pytest.mark.parametrize("method", METHODS)
def test_every_method_can_be_planned_within_a_class(
    cube: Path, parent: Path, members: np.ndarray, tmp_path: Path, method: str
) -> None:
    options = ["-m", method, "--within", parent, "--class", 1, "-k", 2, "--dry-run", "--json"]
    facts = json.loads(run(cube, *options, "-o", tmp_path / "out").stdout)
    assert facts["n_spectra"] == members.sum()
    assert facts["left_out"] == {"OTHER_CLASS": members.size - members.sum()}
    assert facts["files"]["classmap.fits"].endswith(f"sky_{method}-A_classmap.fits")
    assert not (tmp_path / "out").exists()


def test_configuration_names_the_class(cube: Path, parent: Path, members: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(f'within = "{parent}"\nclass = 1\nn-clusters = 2\n')
    record = record_of(cube, *FAST, "--config", tmp_path / "study.toml", "-o", tmp_path)
    assert record["n_spectra"] == members.sum()


def test_figures_are_drawn_again_alike(cube: Path, parent: Path, tmp_path: Path) -> None:
    from matplotlib.image import imread

    record = record_of(cube, *FAST, "-k", 2, "--within", parent, "--class", 1, "-o", tmp_path)
    again = CliRunner().invoke(main, ["plot", record["files"]["classmap.fits"], "-o", str(tmp_path / "again")])
    assert again.exit_code == 0, again.stderr
    for figure in ("overlay", "spectra"):
        first, second = (imread(path / f"sky_kmeans-A_{figure}.png") for path in (tmp_path, tmp_path / "again"))
        np.testing.assert_array_equal(first, second)


def test_model_of_a_class_keeps_its_names_elsewhere(
    cube: Path, parent: Path, members: np.ndarray, tmp_path: Path
) -> None:
    record = record_of(cube, *FAST, "-k", 2, "--within", parent, "--class", 1, "-o", tmp_path)
    arguments = ["apply", record["files"]["result.h5"], str(cube), "-o", str(tmp_path)]
    applied = CliRunner().invoke(main, arguments)
    assert applied.stdout == f"{tmp_path}/sky_kmeans-A-applied_classmap.fits\n", applied.stderr
    assert Table.read(applied.stdout.strip(), "CLASSES")["NAME"].tolist() == ["A1", "A2"]
    ours, theirs = fits.getdata(applied.stdout.strip(), "CLASSMAP"), fits.getdata(record["files"]["classmap.fits"], 1)
    np.testing.assert_array_equal(ours[members], theirs[members])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--within", "{parent}"], ["--within CLASSMAP and --class N", "both or neither"]),
        (["--class", "1"], ["--within CLASSMAP and --class N", "both or neither"]),
        (["--within", "{parent}", "--class", "3"], ["has no class 3", "--class takes one of 1 to 2"]),
        (["--within", "{parent}", "--class", "0"], ["--class"]),
        (["--within", "none.fits", "--class", "1"], ["none.fits: no such file"]),
        (["--within", "{cube}", "--class", "1"], ["is no class map", "give a *_classmap.fits"]),
        (
            ["--within", "{parent}", "--class", "1", "--crop", "0,24,0,0"],
            ["class 1 A has no spaxel in --crop and --region", "widen them"],
        ),
        (["--within", "{parent}", "--class", "1", "-k", "999"], ["exceeds", "spectra"]),
    ],
)
def test_what_names_no_class(cube: Path, parent: Path, tmp_path: Path, options: list[str], words: list[str]) -> None:
    filled = [option.format(parent=parent, cube=cube) for option in options]
    refused(run(cube, *FAST, *filled, "-o", tmp_path / "out"), *words)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_map_of_another_frame(cube: Path, parent: Path, tmp_path: Path) -> None:
    other = write_sky(tmp_path / "other.fits", make_sky(ny=20))
    words = ["CLASSMAP has shape (24, 26) but the cube's frame is (20, 26)", "--within takes a class map of this cube"]
    refused(run(other, *FAST, "--within", parent, "--class", 1, "-o", tmp_path / "out"), *words)


@pytest.mark.parametrize(("shift", "good"), [(0.08, True), (0.12, False)])
def test_map_of_another_place(parent: Path, sky: Sky, tmp_path: Path, shift: float, good: bool) -> None:
    """A tenth of a spaxel counts."""
    header = sky_header(sky)
    header["CRPIX1"] += shift
    moved = write_sky(tmp_path / "moved.fits", sky, header)
    result = run(moved, *FAST, "-k", 2, "--within", parent, "--class", 1, "-o", tmp_path / "out")
    if good:
        assert result.exit_code == 0, result.stderr
    else:
        refused(result, "0.12 spaxels off the cube's frame", "--within takes a class map of this cube")


def test_class_without_spaxels(cube: Path, parent: Path, tmp_path: Path) -> None:
    """A model applied elsewhere may leave such classes."""
    result = parent.with_name("sky_kmeans_result.h5")
    truth = make_sky().truth
    one = fits.getdata(parent, "CLASSMAP")[truth == 0].max()
    kept = tmp_path / "kept.fits"
    fits.writeto(kept, (fits.getdata(parent, "CLASSMAP") != one).astype(np.uint8))
    arguments = ["apply", str(result), str(cube), "--mask", str(kept), "-o", str(tmp_path)]
    applied = CliRunner().invoke(main, arguments).stdout.strip()
    options = ["--within", applied, "--class", 3 - one]
    refused(run(cube, *FAST, *options, "-o", tmp_path), "has no spaxel on this map", "--class takes one that has")


def test_parent_is_not_replaced(cube: Path, parent: Path, folder: Path, tmp_path: Path) -> None:
    """Products of a class stand beside the parent's in one directory."""
    before = {path.name: path.read_bytes() for path in folder.glob("sky_kmeans_*")}
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    record_of(cube, *FAST, "-k", 2, "--within", tmp_path / parent.name, "--class", 1, "-o", tmp_path)
    assert all((tmp_path / name).read_bytes() == content for name, content in before.items())
    assert (tmp_path / "sky_kmeans-A_classmap.fits").exists()
