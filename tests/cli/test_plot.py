"""`cubeclust plot`: the figures of a class map again."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from click.testing import CliRunner, Result
from commands import refused
from matplotlib.image import imread

from cubeclust.cli.main import main

FIGURES = ("overlay", "spectra")


def plot(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["plot", *map(str, arguments)])


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The products of one run on a sky with a WCS and of one without."""
    from skies import make_sky, sky_header, write_sky

    folder = tmp_path_factory.mktemp("run")
    sky = make_sky(n_wave=20)
    bare = sky_header(sky)
    for key in ("CTYPE1", "CTYPE2", "CD1_1", "CD2_2", "CRVAL1", "CRVAL2"):
        del bare[key]
    for name, header in (("sky", None), ("bare", bare)):
        path = write_sky(folder / f"{name}.fits", sky, header)
        options = ["-m", "kmeans", "-k", "3", "--crop", "1", "--normalize-band", "none", "-o", str(folder)]
        assert CliRunner().invoke(main, ["run", str(path), *options]).exit_code == 0
    return folder


@pytest.fixture
def class_map(run_folder: Path) -> Path:
    return run_folder / "sky_kmeans_classmap.fits"


@pytest.fixture
def image(class_map: Path, tmp_path: Path) -> Path:
    """An image with pixels of half a spaxel over the whole map, in an extension SCI behind another one."""
    header = fits.getheader(class_map, "CLASSMAP")
    pixels = fits.Header()
    for key in ("CTYPE1", "CTYPE2", "CUNIT1", "CUNIT2", "CRVAL1", "CRVAL2", "RADESYS"):
        pixels[key] = header[key]
    pixels["CRPIX1"], pixels["CRPIX2"] = 30.0, 30.0
    pixels["CD1_1"], pixels["CD2_2"] = header["CD1_1"] / 2, header["CD2_2"] / 2
    data = np.random.default_rng(0).random((60, 60), dtype=np.float32)
    hdus = [fits.ImageHDU(data * 0, name="WEIGHT"), fits.ImageHDU(data, pixels, name="SCI")]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(tmp_path / "hst.fits")
    return tmp_path / "hst.fits"


@pytest.mark.parametrize("name", ["sky", "bare"])
def test_figures_are_those_of_the_run(run_folder: Path, tmp_path: Path, name: str) -> None:
    """The map file alone gives the run's own figures, pixel by pixel."""
    alone = Path(shutil.copy(run_folder / f"{name}_kmeans_classmap.fits", tmp_path))
    result = plot(alone)
    assert result.stdout == f"{tmp_path}/{name}_kmeans_overlay.png\n"
    assert len(list(tmp_path.iterdir())) == 3
    for figure in FIGURES:
        file = f"{name}_kmeans_{figure}.png"
        np.testing.assert_array_equal(imread(tmp_path / file), imread(run_folder / file))


def test_image_is_laid_under_the_map(class_map: Path, image: Path, tmp_path: Path) -> None:
    result = plot(class_map, "--image", image, "--image-hdu", "sci", "-o", tmp_path / "out")
    assert result.stdout == f"{tmp_path}/out/sky_kmeans_overlay_hst.png\n"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["sky_kmeans_overlay_hst.png"]


def test_only_the_part_under_the_map_is_read(class_map: Path, image: Path) -> None:
    from cubeclust.io.maps.read import read_class_map
    from cubeclust.io.maps.sky_images import read_sky_image

    stored = read_class_map(class_map).class_map
    header, data = fits.getheader(image, "SCI"), fits.getdata(image, "SCI")
    far = np.zeros((900, 800), np.float32)
    far[500:560, 400:460] = data
    header["CRPIX1"], header["CRPIX2"] = header["CRPIX1"] + 400, header["CRPIX2"] + 500
    fits.writeto(image, far, header, overwrite=True)
    part = read_sky_image(image, None, stored.wcs, stored.classes.shape)
    ny, nx = (2 * length for length in stored.classes.shape)
    assert ny <= part.data.shape[0] <= ny + 6
    assert nx <= part.data.shape[1] <= nx + 6
    x, y = (round(float(value)) for value in part.wcs.world_to_pixel(WCS(header).pixel_to_world(430, 530)))
    assert part.data[y, x] == far[530, 430]


@pytest.mark.parametrize("figure", FIGURES)
def test_existing_figure_is_not_replaced_unasked(class_map: Path, tmp_path: Path, figure: str) -> None:
    old = tmp_path / f"sky_kmeans_{figure}.png"
    old.write_text("old")
    refused(plot(class_map, "-o", tmp_path), f"{old}: exists already", "--overwrite")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
    assert plot(class_map, "-o", tmp_path, "--overwrite").exit_code == 0
    assert imread(old).ndim == 3


def test_nothing_is_left_when_drawing_fails(class_map: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("cubeclust.plots.class_spectra.plot_class_spectra", fail)
    refused(plot(class_map, "-o", tmp_path), "disk full", "choose another --output")
    assert list(tmp_path.iterdir()) == []


def test_map_without_a_sky_takes_no_image(run_folder: Path, image: Path) -> None:
    bare = run_folder / "bare_kmeans_classmap.fits"
    refused(plot(bare, "--image", image, "--image-hdu", "SCI"), bare.name, "no celestial WCS", "leave out --image")


def test_image_without_a_sky(class_map: Path, image: Path) -> None:
    refused(plot(class_map, "--image", image), "hst.fits: WEIGHT has no celestial WCS", "--image takes")


@pytest.mark.parametrize(("key", "shift"), [("CRVAL1", 0.1), ("CRVAL1", 180.0), ("CRVAL2", -60.0)])
def test_image_elsewhere(class_map: Path, image: Path, tmp_path: Path, key: str, shift: float) -> None:
    with fits.open(image, mode="update") as hdus:
        hdus["SCI"].header[key] += shift
    out = tmp_path / "out"
    refused(plot(class_map, "--image", image, "--image-hdu", "SCI", "-o", out), "no pixel on the sky", "overlaps")
    assert not out.exists()


def test_image_of_nothing(class_map: Path, image: Path) -> None:
    with fits.open(image, mode="update") as hdus:
        hdus["SCI"].data[:] = np.nan
    refused(plot(class_map, "--image", image, "--image-hdu", "SCI"), "no pixel on the sky")


def test_image_that_is_a_cube(class_map: Path, tmp_path: Path) -> None:
    fits.writeto(tmp_path / "cube.fits", np.ones((2, 3, 4)))
    refused(plot(class_map, "--image", tmp_path / "cube.fits"), "cube.fits: holds no 2-D image", "--image takes")


def test_no_such_hdu(class_map: Path, image: Path) -> None:
    refused(plot(class_map, "--image", image, "--image-hdu", "ERR"), "'ERR'", "one of WEIGHT, SCI")
    refused(plot(class_map, "--image-hdu", "SCI"), "--image-hdu", "give the image")


def test_no_such_file(class_map: Path, tmp_path: Path) -> None:
    refused(plot(tmp_path / "none.fits"), "none.fits: no such file")
    refused(plot(class_map, "--image", tmp_path / "none.fits"), "none.fits: no such file")


def test_cube_is_no_class_map(sky_file: Path) -> None:
    refused(plot(sky_file), "is no class map", "CLASSMAP", "give a *_classmap.fits")


def test_contours_stand_beside_the_figures_of_the_run(sky_file: Path, tmp_path: Path) -> None:
    """No option is needed to keep the run's own overlay."""
    runner = CliRunner()
    done = runner.invoke(main, ["run", str(sky_file), "-m", "kmeans", "-k", "3", "-o", str(tmp_path), "-q"])
    before = (tmp_path / "sky_kmeans_overlay.png").read_bytes()
    drawn = runner.invoke(main, ["plot", done.stdout.strip(), "--contours"])
    assert drawn.exit_code == 0, drawn.output
    assert Path(drawn.stdout.strip()) == tmp_path / "sky_kmeans_contours.png"
    assert (tmp_path / "sky_kmeans_overlay.png").read_bytes() == before
