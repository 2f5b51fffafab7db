"""run --dry-run: what it says is what the run then does, and nothing is written."""

import json
from pathlib import Path

import numpy as np
import pytest
from commands import call, refused
from kinds import ONE_OF_EACH_CLASS
from skies import Sky, write_sky
from test_apply import fitted

from cubeclust.methods import METHODS
from cubeclust.methods.protocol import shortened
from cubeclust.methods.reduced import Reduced
from cubeclust.methods.sampled import Sampled
from cubeclust.pipelines.run.fit_time import sizes


def forecast(*arguments: object) -> dict:
    result = call(*arguments, "--dry-run", "--json", "-q")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_forecast_is_what_the_run_does(tmp_path: Path, sky: Sky) -> None:
    flux = sky.flux.copy()
    flux[:, 3, :] = np.nan  # no data
    flux[:40, 5, :7] = np.nan  # too few channels
    path = write_sky(tmp_path / "sky.fits", Sky(flux, sky.variance, sky.truth, sky.wavelength))
    options = ["run", path, "-m", "kmeans", "-k", 4, "--crop", "1", "--window", "7550:8150", "-o", tmp_path / "out"]
    facts = forecast(*options)
    assert not (tmp_path / "out").exists()
    result = call(*options, "--json", "-q")
    record = json.loads(result.stdout)
    for name in ("n_spectra", "n_channels", "left_out", "steps", "device", "files"):
        assert facts[name] == record[name], name
    assert facts["settings"] == record["settings"]
    assert facts["exist"] == []
    assert forecast(*options)["exist"] == list(facts["files"].values())


@pytest.mark.parametrize("method", ONE_OF_EACH_CLASS)
def test_every_method_can_be_planned(sky_file: Path, tmp_path: Path, method: str) -> None:
    facts = forecast("run", sky_file, "-m", method, "-k", 4, "-o", tmp_path / "out")
    assert facts["seconds"]["fit"] > 0
    assert facts["need"] == max(facts["memory"].values())
    assert facts["fits"]


def test_what_is_done_once_is_no_part_of_an_iteration(sky_file: Path, tmp_path: Path) -> None:
    """The autoencoder takes more than a thousand iterations do."""
    options = ["-m", "mmd-ovo", "--kernel-features", "autoencoder", "--max-iter", 50, "-o", tmp_path / "out"]
    seconds = forecast("run", sky_file, *options)["seconds"]
    assert 0 < 50 * seconds["iteration"] < seconds["fit"] / 2


@pytest.mark.parametrize("combination", [["--pca", "5"], ["--sample", "100"], ["--pca", "5", "--sample", "100"]])
def test_combinations_can_be_planned(sky_file: Path, tmp_path: Path, combination: list[str]) -> None:
    assert forecast("run", sky_file, "-m", "mmd-ovo", "-o", tmp_path / "out", *combination)["seconds"]["fit"] > 0


@pytest.mark.parametrize("method", ONE_OF_EACH_CLASS)
@pytest.mark.parametrize("k", [2, 4])
def test_as_many_clusters_as_spectra_can_be_planned(tmp_path: Path, sky_file: Path, method: str, k: int) -> None:
    """Two by two spaxels."""
    options = ["run", sky_file, "-m", method, "-k", k, "--crop", "24,0,22,0", "-o", tmp_path / "out"]
    planned, done = call(*options, "--dry-run"), call(*options)
    assert planned.exit_code == done.exit_code == 0, planned.output + done.output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-m", "ward", "-k", "5", "--crop", "24,0,22,0"], "--n-clusters 5 exceeds the 4 spectra"),
        (["-k", "1", "--crop", "25,0,23,0"], "only one spectrum is left"),
        (["-m", "kmeans", "-k", "2", "--pca", "5", "--crop", "24,0,22,0"], "--pca 5 exceeds"),
    ],
)
def test_what_a_run_refuses_a_plan_refuses(sky_file: Path, tmp_path: Path, options: list[str], words: str) -> None:
    for more in ([], ["--dry-run"]):
        refused(call("run", sky_file, *options, "-o", tmp_path / "out", *more), words)


def test_output_that_is_a_file(sky_file: Path) -> None:
    refused(call("run", sky_file, "-o", sky_file, "--dry-run"), "is no directory", "--output")


@pytest.mark.parametrize("method", ["ward", "spectral", "kmeans"])
def test_components_of_more_than_half_of_the_spectra(tmp_path: Path, sky_file: Path, method: str) -> None:
    forecast("run", sky_file, "-m", method, "-k", 2, "--pca", "55", "--crop", "16,0,18,0", "-o", tmp_path / "out")


def test_application_can_be_planned(sky_file: Path, tmp_path: Path) -> None:
    result = fitted(sky_file, "kmeans", tmp_path)
    facts = forecast("apply", result, sky_file, "-o", tmp_path / "out")
    assert facts["n_spectra"] == 24 * 26
    assert "fit" not in facts["seconds"]
    assert not (tmp_path / "out").exists()


def test_brief_fit_has_few_iterations_of_one_start() -> None:
    """And all else that the user asked for, inside combinations, too."""
    method = METHODS["kmeans"].create(n_clusters=7, n_starts=10, max_iter=300)
    brief = shortened(Sampled(Reduced(method, 5), 100), 3)
    assert (brief.n_sample, brief.inner.n_components) == (100, 5)
    assert brief.inner.inner == METHODS["kmeans"].create(n_clusters=7, n_starts=1, max_iter=3)
    assert shortened(METHODS["ward"].create(n_clusters=2), 3) == METHODS["ward"].create(n_clusters=2)


@pytest.mark.parametrize(("larger", "times"), [({"max_iter": 600}, 2), ({"n_clusters": 20}, 2)])
def test_work_grows_with_what_is_asked(larger: dict, times: float) -> None:
    base = {"n_clusters": 10, "max_iter": 300}
    for name in ("kmeans", "igmm", "fcm", "gmm"):
        few, many = (METHODS[name].create(**settings).effort(1000, 50) for settings in (base, base | larger))
        assert many == pytest.approx(times * few)


def test_exact_transports_between_many_spectra_are_measured_on_fewer() -> None:
    """A step of full batch among 4096 spectra would take minutes, and each plan has several."""
    full, batches = (METHODS["wasserstein-ovo"].create(batch_size=size) for size in (0, 256))
    assert max(rows for rows, _ in sizes(60_000, 300, full)) <= 1024
    assert max(rows for rows, _ in sizes(60_000, 300, batches)) >= 2048
    assert max(rows for rows, _ in sizes(60_000, 300, METHODS["mmd-ovo"].create(kernel="rbf"))) == 4096


def test_kernel_takes_time_in_the_square_of_the_spectra() -> None:
    linear, rbf = (METHODS["mmd-ovo"].create(kernel=kernel) for kernel in ("linear", "rbf"))
    assert linear.effort(20_000, 300) == pytest.approx(2 * linear.effort(10_000, 300))
    assert rbf.effort(20_000, 300) == pytest.approx(4 * rbf.effort(10_000, 300), rel=0.02)


def test_too_little_memory_is_said_after_the_plan(sky_file: Path, tmp_path: Path) -> None:
    options = ["run", sky_file, "-o", tmp_path / "out", "--memory", "300MB", "--dry-run"]
    result = call(*options)
    assert result.exit_code == 2
    assert "TOO LITTLE" in result.stdout
    assert "unknown, as the spectra cannot be read" in result.stdout
    assert "raise --memory" in result.stderr
    assert not (tmp_path / "out").exists()


def test_text_names_settings_spectra_memory_time_and_files(sky_file: Path, tmp_path: Path) -> None:
    result = call("run", sky_file, "-k", 5, "--max-iter", 50, "-o", tmp_path / "out", "--dry-run", "--crop", "2")
    assert result.exit_code == 0
    for words in ("n-clusters       5", "max-iter         50", "440  (left out: 184 CROPPED)", "60 of 7500.00:8237.50"):
        assert words in result.stdout, words
    for words in ("time on cpu", "at most about", "memory, of", "sky_mmd-ovo_classmap.fits"):
        assert words in result.stdout, words


def test_bad_input_is_refused_as_in_a_run(sky_file: Path, tmp_path: Path) -> None:
    refused(call("run", sky_file, "--window", "3000:3500", "--dry-run"), "holds no channel")
    assert not list(tmp_path.glob("*.png"))


def test_configuration_holds_settings_only(sky_file: Path, tmp_path: Path) -> None:
    config = tmp_path / "study.toml"
    config.write_text("dry-run = true\n")
    refused(call("run", sky_file, "--config", config), "'dry-run'")
