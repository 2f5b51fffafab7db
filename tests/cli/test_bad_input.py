"""Every kind of bad input: exit code 2, one sentence with the cure, no traceback, nothing written."""

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from click.testing import CliRunner, Result
from commands import refused
from skies import Sky, sky_header, write_sky

from cubeclust.cli.main import main

FAST = ["--method", "kmeans", "-k", "3", "--n-starts", "1"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["run", *map(str, arguments)])


def write(path: Path, *hdus: fits.hdu.base._BaseHDU) -> Path:
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
    return path


def changed(sky: Sky, path: Path, **cards: object) -> Path:
    """The sky with some header cards changed, or removed where the value is None."""
    header = sky_header(sky)
    for key, value in cards.items():
        if value is None:
            del header[key]
        else:
            header[key] = value
    return write_sky(path, sky, header)


def test_no_such_file(tmp_path: Path) -> None:
    refused(run(tmp_path / "none.fits"), "none.fits: no such file", "check the path")


def test_path_that_cannot_be_reached(sky_file: Path) -> None:
    refused(run("a" * 300 + ".fits"), "cannot be reached", "check the path")
    refused(run(sky_file / "below.fits"), "cannot be reached", "check the path")


def test_directory(tmp_path: Path) -> None:
    refused(run(tmp_path), "is a directory", "give the FITS file")


@pytest.mark.parametrize("content", [b"", b"hello", b"SIMPLE  =                    T", bytes(range(256)) * 20])
def test_not_fits(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.fits"
    path.write_bytes(content)
    refused(run(path), "text.fits: cannot be read as FITS", "check that it is a complete FITS file")


@pytest.mark.parametrize("share", [0.2, 0.6, 0.97])
def test_truncated(sky_file: Path, share: float) -> None:
    content = sky_file.read_bytes()
    sky_file.write_bytes(content[: int(share * len(content))])
    refused(run(sky_file, *FAST), "sky.fits")


def test_truncated_gzip(tmp_path: Path, sky: Sky) -> None:
    path = write_sky(tmp_path / "sky.fits.gz", sky)
    path.write_bytes(path.read_bytes()[:-40_000])
    refused(run(path, *FAST), "sky.fits.gz", "complete FITS file")


def test_image_is_no_cube(tmp_path: Path) -> None:
    path = write(tmp_path / "flat.fits", fits.ImageHDU(np.ones((4, 5), np.float32)))
    refused(run(path), "holds no 3-D image", "give a cube")


@pytest.mark.parametrize("kind", [None, "STOKES", "FREQ", "VRAD"])
def test_no_wavelength_axis(tmp_path: Path, sky: Sky, kind: str | None) -> None:
    cards = {"CTYPE3": kind} if kind else {"CTYPE3": None, "CRVAL3": None}
    refused(run(changed(sky, tmp_path / "sky.fits", **cards)), "no wavelength axis", "CTYPE3")


@pytest.mark.parametrize("step", [0.0, -12.5])
def test_step_that_is_not_positive(tmp_path: Path, sky: Sky, step: float) -> None:
    refused(run(changed(sky, tmp_path / "sky.fits", CD3_3=step)), "step of the wavelength axis", "correct CD3_3")


def test_unit_that_is_no_length(tmp_path: Path, sky: Sky) -> None:
    refused(run(changed(sky, tmp_path / "sky.fits", CUNIT3="Jy")), "'Jy'", "--wavelength-unit")


def test_wavelength_without_unit_that_could_be_anything(tmp_path: Path, sky: Sky) -> None:
    path = changed(sky, tmp_path / "sky.fits", CUNIT3=None, CRVAL3=750.0, CD3_3=1.25)
    refused(run(path), "no CUNIT3", "--wavelength-unit")


@pytest.mark.parametrize("kind", ["WAVE-TAB", "WAVE-FOO", "WAVE-V2W", "AWAV-GRI"])
@pytest.mark.parametrize("command", ["run", "info"])
def test_axis_that_cannot_be_followed(tmp_path: Path, sky: Sky, kind: str, command: str) -> None:
    path = changed(sky, tmp_path / "sky.fits", CTYPE3=kind)
    refused(CliRunner().invoke(main, [command, str(path)]), kind, "resample the cube")


def test_only_uncertainties(tmp_path: Path, sky: Sky) -> None:
    path = write(tmp_path / "stat.fits", fits.ImageHDU(sky.variance, sky_header(sky), name="STAT"))
    refused(run(path), "holds only uncertainties", "STAT")


def test_four_axes(tmp_path: Path, sky: Sky) -> None:
    path = write(tmp_path / "four.fits", fits.ImageHDU(sky.flux[None], sky_header(sky), name="DATA"))
    refused(run(path), "no 3-D image", "26 x 24 x 60 x 1")


def test_window_outside(sky_file: Path) -> None:
    refused(run(sky_file, "--window", "3000:3500"), "holds no channel", "7500.0:8237.5")


def test_window_between_two_channels(sky_file: Path) -> None:
    refused(run(sky_file, "--window", "7501:7502"), "holds no channel", "7500.0:8237.5")


def test_band_outside(sky_file: Path) -> None:
    refused(run(sky_file, "--normalize-band", "3000:3500"), "holds no channel", "choose another band")


def test_everything_excluded(sky_file: Path) -> None:
    refused(run(sky_file, "--exclude", "7000:9000"), "leave no channel")


@pytest.mark.parametrize("window", ["7600", "8000:7600", "a:b", "7600:7600", "1e999:2", "..:."])
def test_window_that_is_none(sky_file: Path, window: str) -> None:
    refused(run(sky_file, "--window", window), "LO:HI")


@pytest.mark.parametrize("crop", ["-1", "a", "1,2", "1,2,3", "1,2,3,4,5", "2.5"])
def test_crop_that_is_none(sky_file: Path, crop: str) -> None:
    refused(run(sky_file, f"--crop={crop}"), "LEFT,RIGHT,BOTTOM,TOP")


def test_crop_that_leaves_nothing(sky_file: Path) -> None:
    refused(run(sky_file, "--crop", "12"), "leaves nothing of 26 x 24")


@pytest.mark.parametrize("value", [np.nan, 0.0, np.inf])
def test_cube_without_signal(tmp_path: Path, sky: Sky, value: float) -> None:
    flux = np.full_like(sky.flux, value)
    path = write(tmp_path / "empty.fits", fits.ImageHDU(flux, sky_header(sky), name="DATA"))
    refused(run(path, *FAST), "no finite flux other than zero")


def test_negative_cube(tmp_path: Path, sky: Sky) -> None:
    hdus = fits.ImageHDU(-sky.flux, sky_header(sky), name="DATA"), fits.ImageHDU(sky.variance, name="STAT")
    path = write(tmp_path / "negative.fits", *hdus)
    refused(run(path, *FAST), "--normalize-band 7600:8100: 624 of 624 spectra have a mean below 3 of its errors")


def test_every_spaxel_masked(tmp_path: Path, sky: Sky, sky_file: Path) -> None:
    mask = tmp_path / "mask.fits"
    fits.writeto(mask, np.ones(sky.truth.shape, np.uint8))
    refused(run(sky_file, "--mask", mask, *FAST), "every spaxel is left out", "--mask")


def test_every_spaxel_too_faint(sky_file: Path) -> None:
    refused(run(sky_file, "--min-snr", "1e6", *FAST), "every spaxel is left out", "--min-snr")


def test_min_snr_without_variance(tmp_path: Path, sky: Sky) -> None:
    path = write(tmp_path / "bare.fits", fits.ImageHDU(sky.flux, sky_header(sky)))
    refused(run(path, "--min-snr", 1, *FAST), "--min-snr needs a variance", "--variance-hdu")


def test_more_clusters_than_spectra(sky_file: Path) -> None:
    refused(run(sky_file, "--method", "kmeans", "-k", 10_000), "--n-clusters 10000", "ask for fewer")


def test_variance_of_another_shape(tmp_path: Path, sky: Sky) -> None:
    header = sky_header(sky)
    hdus = fits.ImageHDU(sky.flux, header, name="DATA"), fits.ImageHDU(sky.variance[:-1], header, name="STAT")
    refused(run(write(tmp_path / "sky.fits", *hdus)), "STAT has shape", "--variance-hdu none")


def test_no_such_variance_hdu(sky_file: Path) -> None:
    refused(run(sky_file, "--variance-hdu", "NOISE"), "NOISE", "STAT, none")
    refused(run(sky_file, "--variance-hdu", "DATA"), "DATA", "STAT, none")


def test_mask_of_another_shape(tmp_path: Path, sky_file: Path) -> None:
    mask = tmp_path / "mask.fits"
    fits.writeto(mask, np.ones((3, 3), np.uint8))
    refused(run(sky_file, "--mask", mask), "mask.fits", "shape (3, 3)", "whole frame")


def test_mask_that_is_no_image(tmp_path: Path, sky_file: Path) -> None:
    refused(run(sky_file, "--mask", sky_file), "holds no 2-D image", "--mask")


def test_no_such_hdu(sky_file: Path) -> None:
    refused(run(sky_file, "--hdu", "SCI"), "'SCI'", "--hdu takes one of DATA, STAT")
    refused(run(sky_file, "--mask-hdu", "STAT"), "'STAT'", "--mask-hdu takes one of none")


def test_region_file_that_is_none(tmp_path: Path, sky_file: Path) -> None:
    refused(run(sky_file, "--region", tmp_path / "none.reg"), "none.reg: cannot be opened", "check --region")
    refused(run(sky_file, "--region", tmp_path), "cannot be opened", "check --region")
    refused(run(sky_file, "--region", sky_file), "sky.fits: cannot be read as DS9 regions", "--region takes")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("image; point(5,5)", ("no shape with an area", "--region takes circles")),
        ("image; circle(500,5,3)", ("center of no spaxel", "check its coordinates")),
        ('fk5; circle(41,0.5,3")', ("center of no spaxel", "check its coordinates")),
        ('fk5; circle(220.66963,0.01329,3")', ("center of no spaxel", "check its coordinates")),
        ("image; circle(2,2,1.5)", ("center of no spaxel that --crop leaves",)),
        ("wcs; circle(2,2,1.5)", ("cannot be read as DS9 regions", "--region takes circles")),
    ],
)
def test_region_without_a_spaxel(tmp_path: Path, sky_file: Path, shape: str, words: tuple[str, ...]) -> None:
    region = tmp_path / "area.reg"
    region.write_text(shape + "\n")
    refused(run(sky_file, "--region", region, "--crop", 4, *FAST, "-o", tmp_path / "out"), "area.reg", *words)
    assert not (tmp_path / "out").exists()


def test_region_on_the_sky_of_a_cube_without_one(tmp_path: Path, sky: Sky) -> None:
    path = changed(sky, tmp_path / "sky.fits", CTYPE1="LINEAR", CTYPE2="LINEAR")
    region = tmp_path / "area.reg"
    region.write_text('fk5; circle(40.66963,-0.01329,3")\n')
    refused(run(path, "--region", region), "no celestial WCS", "image coordinates")
    region.write_text("image; circle(12,12,8)\n")
    assert run(path, "--region", region, *FAST, "-o", tmp_path / "out").exit_code == 0


def test_unknown_method(sky_file: Path) -> None:
    refused(run(sky_file, "--method", "nonsense"), "'nonsense'", "mmd-ovo")


def test_unknown_option(sky_file: Path) -> None:
    refused(run(sky_file, "--n-cluster", 3), "--n-cluster", "--n-clusters")


def test_option_of_another_method(sky_file: Path) -> None:
    refused(run(sky_file, "--method", "kmeans", "--hidden", 3), "--hidden")


def test_features_of_a_divergence_that_sees_no_spectra(sky_file: Path) -> None:
    refused(run(sky_file, "--method", "kl-ova", "--kernel-features", "pca"), "No such option", "--kernel-features")


@pytest.mark.parametrize("features", ["pca", "autoencoder"])
def test_more_features_than_channels(sky_file: Path, features: str) -> None:
    options = ["--kernel-features", features, "--window", "7600:7700"]
    refused(run(sky_file, *options), "--n-features 20 exceeds", "9 channels", "ask for fewer")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("-k", "0"), ("--hidden", "0"), ("--learning-rate", "0"), ("--learning-rate", "nan"), ("--max-iter", "-1")),
        *(
            ("--gamma", "1e300"),
            ("--gamma", "-1"),
            ("--coef0", "1e39"),
            ("--degree", "0"),
            ("--degree", "1" + 22 * "0"),
        ),
    ],
)
def test_setting_out_of_bounds(sky_file: Path, option: str, value: str) -> None:
    refused(run(sky_file, option, value), "give a value")


def test_how_to_sample_without_a_sample(sky_file: Path) -> None:
    refused(run(sky_file, "--sample-by", "snr"), "--sample-by snr", "--sample")


def test_kernel_that_overflows(sky_file: Path) -> None:
    options = ["--kernel", "polynomial", "--degree", "20", "--gamma", "1e6", "--scale", "zscore"]
    refused(run(sky_file, *options, "--max-iter", "3"), "not finite", "numbers of the kernel")


def test_unknown_key_names_the_nearest(tmp_path: Path, sky_file: Path) -> None:
    config = tmp_path / "study.toml"
    config.write_text("n-cluster = 3\n")
    refused(run(sky_file, "--config", config), "study.toml", "'n-cluster'", "nearest is 'n-clusters'")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("n-clusters = ", ("cannot be read as TOML",)),
        ('n-clusters = "many"', ("'many' is not a valid integer",)),
        ("n-clusters = 2.5", ("'2.5' is not a valid integer",)),
        ("n-clusters = true", ("not a valid integer",)),
        ("overwrite = 1", ("give true or false",)),
        ("[n-clusters]\nk = 3", ("is a table",)),
        ('method = "nonsense"', ("'nonsense'",)),
        ('method = ["kmeans", "ward"]', ("'kmeans,ward'",)),
        ('method = "kmeans"\nhidden = 5', ("'hidden'", "mmd-ova, mmd-ovo", "remove it")),
        ("quiet = true", ("'quiet'",)),
    ],
)
def test_bad_configuration(tmp_path: Path, sky_file: Path, text: str, words: tuple[str, ...]) -> None:
    config = tmp_path / "study.toml"
    config.write_text(text)
    refused(run(sky_file, "--config", config), *words)


def test_no_such_configuration(tmp_path: Path, sky_file: Path) -> None:
    refused(run(sky_file, "--config", tmp_path / "none.toml"), "none.toml: no such file")


def test_output_exists(sky_file: Path, tmp_path: Path) -> None:
    assert run(sky_file, *FAST, "-o", tmp_path / "out").exit_code == 0
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    refused(run(sky_file, *FAST, "-o", tmp_path / "out"), "exists already", "--overwrite")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()} == before
    assert run(sky_file, *FAST, "-o", tmp_path / "out", "--overwrite").exit_code == 0


@pytest.mark.parametrize("name", ["sky_kmeans_overlay.png", "runs.jsonl"])
def test_directory_in_the_place_of_a_product(sky_file: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "out" / name).mkdir(parents=True)
    refused(run(sky_file, *FAST, "-o", tmp_path / "out", "--overwrite"), name, "is a directory", "--output")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]


def test_refused_run_makes_no_directory(sky_file: Path, tmp_path: Path) -> None:
    refused(run(sky_file, *FAST, "--memory", "0GB", "-o", tmp_path / "a" / "b"), "0 B")
    assert not (tmp_path / "a").exists()


def test_name_too_long(tmp_path: Path, sky: Sky) -> None:
    path = write_sky(tmp_path / ("s" * 245 + ".fits"), sky)
    refused(run(path, *FAST), "shorter name")


def test_damaged_sample_is_named(tmp_path: Path, sky: Sky) -> None:
    flux = sky.flux.copy()
    flux[:, 3, 5] = 1e25
    path = write(tmp_path / "spike.fits", fits.ImageHDU(flux, sky_header(sky), name="DATA"))
    arguments = ["--normalize-band", "none", "--scale", "none", *FAST]
    refused(run(path, *arguments), "x = 5, y = 3", "--mask")


def test_single_spectrum(sky_file: Path) -> None:
    refused(run(sky_file, "--crop", "25,0,23,0", "-m", "ward", "-k", 1), "only one spectrum")


@pytest.mark.parametrize("share", ["nan", "1.5", "-1"])
def test_share_that_is_none(sky_file: Path, share: str) -> None:
    refused(run(sky_file, f"--max-nan={share}", *FAST), "--max-nan")


def test_output_below_a_file(sky_file: Path) -> None:
    refused(run(sky_file, *FAST, "-o", sky_file / "out"), "cannot write there", "--output")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_directory_not_writable(sky_file: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    refused(run(sky_file, *FAST, "-o", closed), "cannot write there", "--output")


def test_directory_on_a_system_that_takes_no_files(sky_file: Path) -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("no /proc here")
    refused(run(sky_file, *FAST, "-o", "/proc/cubeclust"), "cannot write there", "--output")


@pytest.mark.parametrize("method", ["mmd-ovo", "kmeans"])
def test_gpu_asked_for_and_absent(sky_file: Path, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    refused(run(sky_file, "--method", method, "--device", "cuda"), "no CUDA GPU", "--device cpu")


@pytest.mark.parametrize("device", ["auto", "cuda"])
def test_gpu_that_this_torch_was_not_built_for(sky_file: Path, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a V100 with a torch for CUDA 13: no CPU takes its place unasked."""

    def unfit(*arguments: object, **options: object) -> None:
        raise RuntimeError("CUDA error: no kernel image is available for execution on the device\nCompile with ...")

    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda number: "Tesla V100-SXM2-32GB")
    monkeypatch.setattr("torch.ones", unfit)
    refused(run(sky_file, "--device", device), "Tesla V100", "no kernel image", "--device cpu")


def test_budget_too_small(sky_file: Path, tmp_path: Path) -> None:
    refused(run(sky_file, "--memory", "10MB", "-o", tmp_path / "out"), "10 MB", "--window", "--memory")


@pytest.mark.parametrize("size", ["4", "GB", "-4GB", "4XB"])
def test_budget_that_is_no_size(sky_file: Path, size: str) -> None:
    refused(run(sky_file, f"--memory={size}"), "4GB")


def test_nothing_is_written_when_anything_fails(
    sky_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"

    def fail(*arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("cubeclust.io.results.write_result", fail)
    refused(run(sky_file, *FAST, "-o", out), "disk full", "choose another --output")
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("seed", range(60))
def test_flipped_header_bytes(tmp_path: Path, seed: int) -> None:
    """A damaged header gives a map or a refusal, never a traceback."""
    random = np.random.default_rng(seed)
    small = Sky(*_cubes(), truth=np.zeros((6, 6), int), wavelength=_WAVELENGTH)
    path = write_sky(tmp_path / "sky.fits", small)
    content = bytearray(path.read_bytes())
    with fits.open(path) as hdus:
        start = hdus["DATA"].fileinfo()["hdrLoc"]
        stop = hdus["DATA"].fileinfo()["datLoc"]
    for place in random.integers(start if seed % 4 else 0, stop, 1 + seed % 5):
        content[place] ^= 1 << random.integers(0, 8)
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = run(path, *FAST, "--normalize-band", "none", "-o", tmp_path / "out")
    assert result.exit_code in (0, 2), result.exception
    if result.exit_code == 2:
        assert "Error: " in result.stderr
        assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


@pytest.mark.parametrize(
    "key", ["CTYPE3", "CUNIT3", "CRVAL3", "CRPIX3", "CD3_3", "CTYPE1", "CD1_1", "NAXIS3", "BITPIX"]
)
@pytest.mark.parametrize("seed", range(6))
def test_flipped_bytes_of_a_key_card(tmp_path: Path, key: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    small = Sky(*_cubes(), truth=np.zeros((6, 6), int), wavelength=_WAVELENGTH)
    path = write_sky(tmp_path / "sky.fits", small)
    content = bytearray(path.read_bytes())
    card = content.index(key.ljust(8).encode() + b"=", 2880)
    content[card + int(random.integers(8, 32))] = int(random.integers(32, 127))
    path.write_bytes(content)
    for command in ("run", "info"):
        extra = [*FAST, "--normalize-band", "none", "-o", str(tmp_path / "out")] if command == "run" else []
        result = CliRunner().invoke(main, [command, str(path), *extra])
        assert result.exit_code in (0, 2), result.exception


_WAVELENGTH = 7500.0 + 12.5 * np.arange(12)


def _cubes() -> tuple[np.ndarray, np.ndarray]:
    flux = np.random.default_rng(0).uniform(1, 2, (12, 6, 6)).astype(np.float32)
    return flux, flux / 10
