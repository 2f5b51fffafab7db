"""`cubeclust run` from a file to its products."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS
from click.testing import CliRunner
from skies import Sky, sky_header, write_sky
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score

from cubeclust import __version__
from cubeclust.cli.main import main
from cubeclust.io.cubes.sample import sample_cube
from cubeclust.quality import Quality

CONFIGS = Path(__file__).parents[2] / "configs"
OPTIONS = [
    *(
        "-k",
        "6",
        "--max-iter",
        "200",
        "--tolerance",
        "0",
        "--n-starts",
        "1",
        "--optimizer",
        "adam",
        "--scale",
        "zscore",
    ),
    *("--crop", "1,2,3,4", "--seed", "5"),
]


def run(*arguments: object):
    result = CliRunner().invoke(main, ["run", *map(str, arguments)])
    assert result.exit_code == 0, (result.stderr, result.exception)
    return result


@pytest.fixture
def product(sky_file: Path, tmp_path: Path) -> Path:
    result = run(sky_file, "-o", tmp_path / "out", *OPTIONS)
    return Path(result.stdout.strip())


def test_stdout_is_the_path_and_nothing_else(sky_file: Path, tmp_path: Path) -> None:
    result = run(sky_file, "-o", tmp_path / "out", *OPTIONS)
    assert result.stdout == f"{tmp_path}/out/sky_mmd-ovo_classmap.fits\n"
    names = {path.name.removeprefix("sky_mmd-ovo_") for path in (tmp_path / "out").iterdir()}
    assert names == {"classmap.fits", "overlay.png", "spectra.png", "convergence.png", "result.h5", "runs.jsonl"}
    assert "6 asked" in result.stderr
    assert run(sky_file, "-o", tmp_path / "quiet", *OPTIONS, "--quiet").stderr == ""


def test_class_map_follows_its_conventions(product: Path, sky: Sky) -> None:
    with fits.open(product) as hdus:
        assert [hdu.name for hdu in hdus] == [
            "PRIMARY", "CLASSMAP", "QUALITY", "MAXPROB", "WHITELIGHT", "CLASSES", "SPECTRA", "WAVELENGTH",
        ]  # fmt: skip
        classes, quality, probability = (hdus[name].data for name in ("CLASSMAP", "QUALITY", "MAXPROB"))
        assert hdus[0].data is None
        assert classes.dtype == np.dtype(">i2")
        assert quality.dtype == np.dtype(">i4")
        assert probability.dtype == np.dtype(">f4")
        for hdu in hdus:
            assert "BLANK" not in hdu.header
            assert hdu.verify_checksum() == hdu.verify_datasum() == 1 if "DATASUM" in hdu.header else hdu.data is None
        header, white_light = hdus["CLASSMAP"].header, hdus["WHITELIGHT"]
        assert white_light.data.dtype == np.dtype(">f4")
        assert white_light.header["BUNIT"] == "10**(-20)*erg/s/cm**2/Angstrom"
        light = np.array(white_light.data)
    assert classes.shape == sky.truth.shape
    inside = np.zeros_like(classes, bool)
    inside[3:-4, 1:-2] = True
    assert np.array_equal(classes > 0, inside)
    assert np.all(quality[~inside] == Quality.CROPPED)
    assert np.all(quality[inside] == 0)
    np.testing.assert_allclose(light[inside], sky.flux.mean(axis=0, dtype=float)[inside], rtol=1e-6)
    assert np.all(np.isnan(light[~inside]))
    assert np.array_equal(np.isfinite(probability), inside)
    assert np.all(np.diff(np.bincount(classes[inside])[1:]) <= 0)
    assert adjusted_rand_score(sky.truth[inside], classes[inside]) > 0.9
    assert "PC1_1" not in header
    assert header["CD1_1"] == pytest.approx(-0.2 / 3600)
    assert WCS(header).wcs_pix2world(12.5, 11.5, 0) == pytest.approx((40.66963, -0.01329), abs=1e-9)


def test_tables_add_up(product: Path, sky: Sky) -> None:
    classes = fits.getdata(product, "CLASSMAP")
    table, spectra = Table.read(product, "CLASSES"), Table.read(product, "SPECTRA")
    wavelength = Table.read(product, "WAVELENGTH")["WAVELENGTH"]
    assert table["N_SPAXELS"].sum() == np.count_nonzero(classes)
    np.testing.assert_allclose(table["AREA"], table["N_SPAXELS"] * 0.04, rtol=1e-6)
    np.testing.assert_allclose(wavelength, sky.wavelength)
    sky_position = WCS(fits.getheader(product, "CLASSMAP"))
    for row, line in zip(table, spectra, strict=True):
        y, x = np.nonzero(classes == row["CLASS"])
        assert len(y) == row["N_SPAXELS"]
        ra, dec = sky_position.wcs_pix2world(x, y, 0)
        assert row["RA"] == pytest.approx(ra.mean(), abs=1e-6)
        assert row["DEC"] == pytest.approx(dec.mean(), abs=1e-6)
        flux = sky.flux[:, y, x].astype(float)
        band = (wavelength >= 7600) & (wavelength <= 8100)
        scale = flux[band].mean(axis=0)
        np.testing.assert_allclose(line["MEAN"], (flux / scale).mean(axis=1), rtol=1e-4)
        np.testing.assert_allclose(line["STD"], (flux / scale).std(axis=1), rtol=1e-3)
        for name, share in (("Q10", 0.1), ("Q50", 0.5), ("Q90", 0.9)):
            np.testing.assert_allclose(line[name], np.quantile(flux / scale, share, axis=1), rtol=1e-4, atol=1e-5)
        error = np.sqrt((sky.variance[:, y, x] / scale**2).sum(axis=1)) / len(y)
        np.testing.assert_allclose(line["MEAN_ERROR"], error, rtol=1e-4)
        snr = np.median(sky.flux / np.sqrt(sky.variance), axis=0)[y, x]
        assert row["MEAN_SNR"] == pytest.approx(snr.mean(), rel=1e-5)


def test_history_says_all(product: Path) -> None:
    history = "\n".join(fits.getheader(product)["HISTORY"])
    expected = [
        "command: cubeclust",
        f"version: cubeclust {__version__}",
        "setting crop = [1, 2, 3, 4]",
        "setting seed = 5",
    ]
    for words in [*expected, "setting device = ", "setting max_iter = 200", "after 200 iterations"]:
        assert words in history
    header = fits.getheader(product)
    assert (header["METHOD"], header["SEED"], header["DEVICE"]) == ("mmd-ovo", 5, "cpu")


def test_result_can_be_applied_again(product: Path, sky: Sky) -> None:
    """The posterior follows from the stored model and scaling alone: relu(x W1 + b1) W2 + b2, softmax."""
    with h5py.File(str(product).replace("classmap.fits", "result.h5")) as file:
        y, x, wavelength = file["y"][:], file["x"][:], file["wavelength"][:]
        flux = sky.flux[:, y, x].T.astype(float)
        record = json.loads(file.attrs["record"])
        low, high = map(float, record["settings"]["normalize_band"].split(":"))
        flux /= flux[:, (wavelength >= low) & (wavelength <= high)].mean(axis=1, keepdims=True)
        scaled = (flux - file["scaling/mean"][:]) / file["scaling/deviation"][:]
        model = {name: file["model"][name][:] for name in file["model"]}
        hidden = np.maximum(scaled @ model["0.weight"].T + model["0.bias"], 0)
        logits = hidden @ model["2.weight"].T + model["2.bias"]
        posterior = np.exp(logits - logits.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(posterior[:, file["model_cluster"][:]], file["posterior"][:], atol=1e-4)
        classes = fits.getdata(product, "CLASSMAP")
        assert np.array_equal(classes[y, x], file["labels"][:] + 1)
        objective = file["history/gemini"][:]
        assert len(objective) == 201
        assert objective[-1] > objective[0]
        assert record["settings"]["n_clusters"] == 6
        for label, mean in enumerate(file["class_means"][:]):
            members = file["labels"][:] == label
            np.testing.assert_allclose(mean, scaled[members].mean(axis=0), atol=1e-4)


def test_record_is_one_line_of_json(sky_file: Path, tmp_path: Path) -> None:
    printed = json.loads(run(sky_file, "-o", tmp_path, *OPTIONS, "--json").stdout)
    lines = (tmp_path / "runs.jsonl").read_text().splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0]) == printed
    assert printed["classes_asked"] == 6
    assert sum(printed["class_sizes"]) == printed["n_spectra"] == 17 * 23
    assert {"open", "read", "preprocess", "fit", "summarize", "write"} <= set(printed["seconds"])
    assert printed["left_out"] == {"CROPPED": 24 * 26 - 17 * 23}
    assert printed["peak_memory"] > 1e7
    assert {"silhouette", "davies_bouldin"} <= set(printed["scores"])


def test_record_names_what_was_taken_for_what(sky_file: Path, tmp_path: Path) -> None:
    record = json.loads(run(sky_file, "-o", tmp_path, *OPTIONS, "--json").stdout)
    assert record["hdus"] == {"flux": "DATA", "variance": "STAT"}
    assert record["variance_kind"] == "variance"
    assert record["settings"]["normalize_band"] == "7600:8100"
    assert record["settings"]["scale"] == "zscore"


def test_window_is_recorded_to_the_last_digit(sky_file: Path, tmp_path: Path) -> None:
    window = "7612.345678901:8012.98765"
    record = json.loads(run(sky_file, "-o", tmp_path, "-m", "kmeans", "-k", 2, "--window", window, "--json").stdout)
    assert record["settings"]["window"] == [window]


@pytest.mark.parametrize("target", ["A [/b] x", "A [core] 478", "$x_{$", "NGC 1068 \\alpha"])
def test_names_with_signs_of_markup(tmp_path: Path, sky: Sky, target: str) -> None:
    path = write_sky(tmp_path / "sky.fits", sky)
    fits.setval(path, "OBJECT", value=target)
    assert target in run(path, "-o", tmp_path, "-m", "kmeans", "-k", 2).stderr


def test_output_may_be_glued_to_its_letter(sky_file: Path, tmp_path: Path) -> None:
    assert run(sky_file, "-m", "kmeans", f"-o{tmp_path}/maps", "-k", 2).stdout.startswith(f"{tmp_path}/maps/")


def test_scores_are_those_of_the_written_labels(sky_file: Path, tmp_path: Path, sky: Sky) -> None:
    arguments = ["-m", "kmeans", "-k", 4, "--scale", "none", "--normalize-band", "none"]
    record = json.loads(run(sky_file, "-o", tmp_path, *arguments, "--json").stdout)
    classes = fits.getdata(record["files"]["classmap.fits"], "CLASSMAP").ravel()
    rows = sky.flux.reshape(60, -1).T
    assert record["scores"]["silhouette"] == pytest.approx(silhouette_score(rows, classes), abs=1e-4)
    assert record["scores"]["davies_bouldin"] == pytest.approx(davies_bouldin_score(rows, classes), rel=1e-4)


def test_record_counts_tiny_classes_and_reasons(tmp_path: Path, sky: Sky) -> None:
    flux = sky.flux.copy()
    flux[20:30, 8, 8:11] *= 30  # three spaxels like no others
    flux[:, 0, :4] = np.nan
    path = write_sky(tmp_path / "sky.fits", Sky(flux, sky.variance, sky.truth, sky.wavelength))
    mask = np.zeros(sky.truth.shape, np.uint8)
    mask[5, 5:12] = 1
    fits.writeto(tmp_path / "mask.fits", mask)
    arguments = ["--mask", tmp_path / "mask.fits", "-m", "kmeans", "-k", 5, "-o", tmp_path]
    record = json.loads(run(path, *arguments, "--outliers", "keep", "--json").stdout)
    assert record["left_out"] == {"NO_DATA": 4, "MASKED": 7}
    assert record["class_sizes"][-1] == 3
    assert record["tiny_classes"] == [5]
    assert record["n_fitted"] == record["n_spectra"] == sum(record["class_sizes"])
    assert (
        "Tiny classes of at most 5 spaxels: 5. Look at them on the map; give --outliers label"
        in run(path, *arguments, "--outliers", "keep", "--overwrite").stderr
    )


@pytest.mark.parametrize("method", ["kmeans", "ward", "gmm", "mmd-ovo", "fisher-em"])
@pytest.mark.parametrize("treatment", ["label", "leave-out"])
def test_outliers_do_not_enter_the_fit(tmp_path: Path, sky: Sky, method: str, treatment: str) -> None:
    flux = sky.flux.copy()
    flux[20:30, 8, 8:11] *= 30  # three spaxels like no others
    path = write_sky(tmp_path / "sky.fits", Sky(flux, sky.variance, sky.truth, sky.wavelength))
    arguments = ["-m", method, "-k", 4, "-o", tmp_path, "--outliers", treatment]
    record = json.loads(run(path, *arguments, "--json").stdout)
    classes, quality = (fits.getdata(record["files"]["classmap.fits"], name) for name in ("CLASSMAP", "QUALITY"))
    planted = np.zeros(sky.truth.shape, bool)
    planted[8, 8:11] = True
    np.testing.assert_array_equal(quality == Quality.OUTLIER, planted)
    np.testing.assert_array_equal(classes == 0, planted & (treatment == "leave-out"))
    assert record["left_out"] == ({"OUTLIER": 3} if treatment == "leave-out" else {})
    assert record["n_fitted"] == classes.size - 3
    assert record["tiny_classes"] == []
    [note] = [note for note in record["notes"] if "like no other" in note]
    assert note.startswith("3 spectra are like no other: they did not enter the fit")


def test_mask_in_the_file_is_honored(tmp_path: Path, sky: Sky) -> None:
    mask = np.zeros(sky.truth.shape, np.int64)
    mask[3, 4:9] = 1
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(sky.flux, sky_header(sky), name="SCI"), fits.ImageHDU(mask, name="MASK")]
    fits.HDUList(hdus).writeto(tmp_path / "sky.fits")
    path = run(tmp_path / "sky.fits", "-m", "kmeans", "-k", 4, "-o", tmp_path).stdout.strip()
    assert np.array_equal(fits.getdata(path, "QUALITY") == Quality.MASKED, mask == 1)
    assert np.array_equal(fits.getdata(path, "CLASSMAP") == 0, mask == 1)


def test_rotated_cube_keeps_its_wcs(tmp_path: Path, sky: Sky) -> None:
    """PC + CDELT in, rotated by 30 degrees; CD out; the same sky at every corner."""
    header = sky_header(sky)
    for key in ("CD1_1", "CD1_2", "CD2_1", "CD2_2", "CD3_3", "CD1_3", "CD2_3", "CD3_1", "CD3_2"):
        del header[key]
    cos, sin = np.cos(np.radians(30)), np.sin(np.radians(30))
    header.update({"PC1_1": cos, "PC1_2": -sin, "PC2_1": sin, "PC2_2": cos})
    header.update({"CDELT1": -0.2 / 3600, "CDELT2": 0.2 / 3600, "CDELT3": 12.5})
    path = run(write_sky(tmp_path / "sky.fits", sky, header), "-m", "kmeans", "-k", 4, "-o", tmp_path).stdout.strip()
    written = fits.getheader(path, "CLASSMAP")
    assert "CD1_2" in written
    assert "PC1_2" not in written
    corners = [[0, 0], [25, 0], [0, 23], [25, 23]]
    np.testing.assert_allclose(
        WCS(written).wcs_pix2world(corners, 0), WCS(header).celestial.wcs_pix2world(corners, 0), atol=1e-10
    )


def test_band_of_two_windows_counts_only_what_was_selected(sky_file: Path, tmp_path: Path, sky: Sky) -> None:
    windows = ["--window", "7500:7550", "--window", "8100:8150", "--exclude", "7600:8105"]
    path = run(sky_file, *windows, "-m", "kmeans", "-k", 4, "-o", tmp_path).stdout.strip()
    spectra = Table.read(path, "SPECTRA")
    chosen = np.array(Table.read(path, "WAVELENGTH")["WAVELENGTH"])
    assert set(chosen) == {7500, 7512.5, 7525, 7537.5, 7550, 8112.5, 8125, 8137.5, 8150}
    np.testing.assert_allclose(spectra["MEAN"].mean(axis=1), 1, rtol=1e-5)


def test_flag_of_the_configuration_can_be_undone(sky_file: Path, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("overwrite = true\nk = 3\n")
    arguments = [sky_file, "--config", tmp_path / "study.toml", "-m", "kmeans", "-o", tmp_path]
    assert "3 asked" in run(*arguments).stderr
    run(*arguments)
    refused = CliRunner().invoke(main, ["run", *map(str, arguments), "--no-overwrite"])
    assert refused.exit_code == 2


def test_masks_come_back_as_0(sky_file: Path, tmp_path: Path, sky: Sky) -> None:
    mask = np.zeros(sky.truth.shape, np.uint8)
    mask[10:12, 5:9] = 1
    fits.writeto(tmp_path / "mask.fits", mask)
    path = run(sky_file, "--mask", tmp_path / "mask.fits", "-o", tmp_path, "-m", "kmeans", "-k", 4).stdout.strip()
    assert np.all(fits.getdata(path, "CLASSMAP")[mask == 1] == 0)
    assert np.all(fits.getdata(path, "QUALITY")[mask == 1] == Quality.MASKED)


def test_same_seed_same_map(sky_file: Path, tmp_path: Path) -> None:
    maps = [fits.getdata(run(sky_file, "-o", tmp_path / name, *OPTIONS).stdout.strip(), 1) for name in "ab"]
    assert np.array_equal(*maps)


def test_command_line_wins_over_configuration(sky_file: Path, tmp_path: Path) -> None:
    config = tmp_path / "study.toml"
    config.write_text(
        'method = "kmeans"\nn-clusters = 3\nn_starts = 2\nwindow = ["7600:7900", "8000:8100"]\ncrop = 2\n'
    )
    record = json.loads(run(sky_file, "--config", config, "-o", tmp_path, "-k", 4, "--json").stdout)
    assert record["method"] == "kmeans"
    assert record["settings"]["n_clusters"] == 4
    assert record["settings"]["n_starts"] == 2
    assert record["settings"]["window"] == ["7600:7900", "8000:8100"]
    assert record["settings"]["crop"] == [2, 2, 2, 2]


@pytest.mark.checkout
def test_seed_configuration_is_the_papers_run(sky_file: Path, tmp_path: Path) -> None:
    config, plain = CONFIGS / "ngc1068-mmd-ovo.toml", ["--crop", 0, "--redshift", "none"]
    record = json.loads(run(sky_file, "--config", config, *plain, "-o", tmp_path, "--max-iter", 5, "--json").stdout)
    settings = record["settings"]
    assert (record["method"], settings["n_clusters"], settings["hidden"]) == ("mmd-ovo", 21, 50)
    assert (settings["scale"], settings["normalize_band"]) == ("zscore", "7600:8100")
    assert "max-iter = 1000\ntolerance = 0.0\n" in config.read_text(), "the paper's run has no rule of convergence"


@pytest.mark.checkout
@pytest.mark.parametrize(
    ("config", "epsilon", "metric", "in_file"),
    [
        ("ngc1068-usd-ovo.toml", "0.25", "sqeuclidean", "max-iter = 100\ntolerance = 0.0\n"),
        ("ngc1068-usd-ovo-converged.toml", "0.25r", "euclidean", "max-iter = 0\ntolerance = 1e-4\n"),
    ],
)
def test_sinkhorn_run_of_the_paper_and_ours(
    config: str, epsilon: str, metric: str, in_file: str, sky_file: Path, tmp_path: Path
) -> None:
    """An epsilon of TOML may be a number or a text."""
    path = CONFIGS / config
    result = run(
        sky_file, "--config", path, "-o", tmp_path, "--max-iter", 3, "--crop", 0, "--redshift", "none", "--json"
    )
    record = json.loads(result.stdout)
    settings = record["settings"]
    assert (record["method"], settings["n_clusters"], settings["hidden"]) == ("usd-ovo", 11, 50)
    assert (settings["epsilon"], settings["metric"], settings["scale"]) == (epsilon, metric, "total-flux")
    assert in_file in path.read_text()
    assert sum("mean cost of transport" in note for note in record["notes"]) == 1, "the unit of the objective"
    with h5py.File(record["files"]["result.h5"]) as file:
        assert file["history/marginal_error"].shape == file["history/gemini"].shape == (4,)
        assert (file["history/marginal_error"][:] <= 1e-4).all()
        assert (file["history/sinkhorn_steps"][:] >= 1).all()


def test_window_and_band_apart(sky_file: Path, tmp_path: Path, sky: Sky) -> None:
    arguments = ["--window", "7500:7590", "-m", "kmeans", "-k", 4, "-o", tmp_path]
    path = run(sky_file, *arguments).stdout.strip()
    wavelength = Table.read(path, "WAVELENGTH")["WAVELENGTH"]
    assert (wavelength.min(), wavelength.max()) == (7500, 7587.5)
    assert len(Table.read(path, "SPECTRA")["MEAN"][0]) == len(wavelength) == 8


def test_sample_cube_is_real_and_runs(tmp_path: Path) -> None:
    """Abell 478 in a narrow window around H-alpha: the nebula's lines outshine the sky class's."""
    arguments = [sample_cube(), "--window", "7080:7180", "--normalize-band", "none", "-k", 4, "--max-iter", 150]
    path = run(*arguments, "-o", tmp_path).stdout.strip()
    spectra, wavelength = Table.read(path, "SPECTRA"), Table.read(path, "WAVELENGTH")["WAVELENGTH"]
    line = np.abs(wavelength - 6562.8 * 1.0859) < 3  # H-alpha at the redshift of the nebula
    heights = spectra["MEAN"][:, line].max(axis=1) / np.median(spectra["MEAN"], axis=1)
    assert heights.max() > 3
    assert heights.max() > 2 * heights.min()


@pytest.mark.parametrize("cube", ["ngc3081_gmos/ngc3081_cube.fits", "alfa_2x2/3dspec_2x2.fits"])
@pytest.mark.parametrize("method", ["mmd-ovo", "kmeans"])
def test_real_cubes_of_other_layouts(shared: Path, tmp_path: Path, cube: str, method: str) -> None:
    record = json.loads(
        run(shared / "data" / cube, "-m", method, "-k", 2, "--max-iter", 50, "-o", tmp_path, "--json").stdout
    )
    expected = {"ngc3081_gmos/ngc3081_cube.fits": 46, "alfa_2x2/3dspec_2x2.fits": 4}[cube]
    assert record["n_spectra"] == expected
    assert record["classes_used"] == 2


def test_region_and_crop(sky_file: Path, sky: Sky, tmp_path: Path) -> None:
    """Outside the circle all is CROPPED, with or without data; only the circle's box within the crop is read."""
    region = tmp_path / "area.reg"
    region.write_text("image\ncircle(10,12,6.2)\n-circle(10,12,1.2)\n")
    with fits.open(sky_file, mode="update") as hdus:
        hdus["DATA"].data[:, 11, 12] = hdus["DATA"].data[:, 6, 4] = np.nan  # inside; in a corner of the box
    arguments = [sky_file, "-m", "kmeans", "-k", "3", "--n-starts", "1", "--crop", "5,0,0,0", "--region", region]
    result = run(*arguments, "-o", tmp_path / "out", "--json")
    record = json.loads(result.stdout)
    y, x = np.indices(sky.truth.shape)
    distance = np.hypot(x + 1 - 10, y + 1 - 12)
    inside = (distance < 6.2) & (distance > 1.2) & (x >= 5)
    expected = np.where(inside, 0, Quality.CROPPED)
    expected[11, 12] = Quality.NO_DATA
    np.testing.assert_array_equal(fits.getdata(record["files"]["classmap.fits"], "QUALITY"), expected)
    assert record["n_spectra"] == inside.sum() - 1
    assert "x 5:16, y 5:18" in record["steps"][0]
    assert record["settings"]["region"] == str(region)
