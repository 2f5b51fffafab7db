"""`cubeclust select` from a file to its products."""

import csv
import json
import multiprocessing
import os
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from click.testing import Result
from commands import call, refused
from skies import Sky, make_sky, write_sky
from sklearn.metrics import adjusted_rand_score

from cubeclust.errors import InputError
from cubeclust.methods.fisher_em.method import FisherEM
from cubeclust.pipelines.select import pipeline

FISHER = ("-m", "fisher-em", "--n-starts", "1")
SELECTED = {"select.csv", "select.png", "select.jsonl"}
RUN = {"classmap.fits", "overlay.png", "spectra.png", "convergence.png", "result.h5"}


def select(*arguments: object) -> Result:
    result = call("select", *arguments)
    assert result.exit_code == 0, (result.stderr, result.exception)
    return result


def record(*arguments: object) -> dict:
    return json.loads(select(*arguments, "--json", "-q").stdout)


def table(folder: Path) -> list[dict[str, str]]:
    (path,) = folder.glob("*_select.csv")
    return list(csv.DictReader(path.open()))


def journal(folder: Path) -> list[dict]:
    (path,) = folder.glob("*_select.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def small_sky(tmp_path: Path) -> Path:
    return write_sky(tmp_path / "sky.fits", make_sky(ny=14, nx=15, n_wave=60, regions=3))


@pytest.fixture
def fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """File to which every fit of FisherEM, in whatever process, adds a byte."""
    path, genuine = tmp_path / "fits", FisherEM.fit_decomposed
    path.touch()

    def counted(self: FisherEM, shared: object, *, seed: int, progress: object) -> object:
        with path.open("ab", buffering=0) as stream:
            stream.write(b".")
        return genuine(self, shared, seed=seed, progress=progress)

    monkeypatch.setattr(FisherEM, "fit_decomposed", counted)
    return path


def count(fitted: Path) -> int:
    """Fits since the last count."""
    n = fitted.stat().st_size
    os.truncate(fitted, 0)
    return n


@pytest.mark.parametrize("method", [FISHER, ("-m", "gmm", "--n-starts", "5"), ("-m", "igmm")])
def test_number_of_regions_is_found(method: tuple[str, ...], sky_file: Path, sky: Sky, tmp_path: Path) -> None:
    models = ["--model", "DkBk,DB,AB"] if "fisher-em" in method else []
    result = select(sky_file, *method, *models, "-k", "2:6", "-o", tmp_path / "out")
    assert result.stdout == f"{tmp_path}/out/sky_{method[1]}_classmap.fits\n"
    classes = fits.getdata(result.stdout.strip(), "CLASSMAP")
    assert classes.max() == 4
    assert adjusted_rand_score(sky.truth.ravel(), classes.ravel()) > 0.95
    assert "Warning" not in result.stderr
    names = {path.name.removeprefix(f"sky_{method[1]}_") for path in (tmp_path / "out").iterdir()}
    own = {"loadings.png"} if "fisher-em" in method else set()
    assert names == SELECTED | RUN | own | {"runs.jsonl"}


def test_scan_within_a_class_bears_its_name(sky_file: Path, tmp_path: Path) -> None:
    """Beside the scan of the whole cube, which it leaves alone."""
    whole = record(sky_file, *FISHER, "--model", "DB", "-k", "3:4", "-o", tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.name != "runs.jsonl"}
    parent = ["--within", whole["files"]["classmap.fits"], "--class", "1"]
    part = record(sky_file, *FISHER, "--model", "DB", "-k", "2:3", *parent, "-o", tmp_path)
    assert part["n_spectra"] == whole["class_sizes"][0] == sum(part["class_sizes"])
    assert all("-A_" in path for path in part["selection"]["files"].values())
    assert all(path.read_bytes() == content for path, content in before.items())


def test_chosen_map_is_that_of_a_run(sky_file: Path, tmp_path: Path) -> None:
    found = record(sky_file, *FISHER, "--model", "DkBk,AB", "-k", "3:5", "-o", tmp_path / "scan")
    settings = found["settings"]
    alone = ["-k", settings["n_clusters"], "--model", settings["model"], "--seed", found["seed"]]
    path = call("run", sky_file, *FISHER, *alone, "-o", tmp_path / "run").stdout.strip()
    assert np.array_equal(fits.getdata(path, "CLASSMAP"), fits.getdata(found["files"]["classmap.fits"], "CLASSMAP"))
    alone_line = json.loads((tmp_path / "run" / "runs.jsonl").read_text())
    assert alone_line["criteria"] == pytest.approx(found["criteria"])
    assert found["selection"]["value"] == pytest.approx(found["criteria"]["icl"])
    history = "".join(fits.getheader(found["files"]["classmap.fits"])["HISTORY"])
    assert "is chosen of 6 entries by ICL" in history


def test_table_adds_up(small_sky: Path, tmp_path: Path) -> None:
    options = ["-m", "fisher-em", "--n-starts", "1", "--model", "DkBk,AkjB", "-k", "2,3,5", "--seeds", "3"]
    found = record(small_sky, *options, "-o", tmp_path / "out")
    rows, lines = table(tmp_path / "out"), sorted(journal(tmp_path / "out"), key=lambda line: line["seed"])
    assert [(row["n_clusters"], row["model"]) for row in rows] == [(k, m) for k in "235" for m in ("DkBk", "AkjB")]
    assert len(lines) == 18
    assert {line["seed"] for line in lines} == {0, 1000, 2000}
    n = found["n_spectra"]
    for row in rows:
        same = [one for one in lines if (str(one["n_clusters"]), one["model"]) == (row["n_clusters"], row["model"])]
        best = max(same, key=lambda one: one["criteria"]["log_likelihood"])
        likelihood, c = float(row["log_likelihood"]), int(row["n_parameters"])
        assert likelihood == best["criteria"]["log_likelihood"]
        assert int(row["best_seed"]) == best["seed"]
        assert float(row["aic"]) == pytest.approx(likelihood - c)
        assert float(row["bic"]) == pytest.approx(likelihood - c / 2 * np.log(n))
        assert float(row["icl"]) <= float(row["bic"])
        assert -1 <= float(row["silhouette_subsample"]) <= 1
        assert float(row["stability_ari_subsample"]) <= 1
    (chosen,) = (row for row in rows if row["chosen"] == "1")
    assert chosen == max(rows, key=lambda row: float(row["icl"]))
    assert (found["settings"]["n_clusters"], found["settings"]["model"]) == (int(chosen["n_clusters"]), chosen["model"])


def test_class_of_an_outlier_is_counted_as_tiny(tmp_path: Path) -> None:
    sky = make_sky(ny=14, nx=15, n_wave=60, regions=3)
    sky.flux[::2, 4, 4] *= 30
    path = write_sky(tmp_path / "sky.fits", sky)
    select(path, "-m", "igmm", "-k", "2:5", "--outliers", "keep", "-o", tmp_path / "out")
    tiny = {row["n_clusters"]: int(row["tiny_classes"]) for row in table(tmp_path / "out")}
    assert tiny["4"] == 1
    assert all(int(row["classes_used"]) >= tiny[row["n_clusters"]] for row in table(tmp_path / "out"))


def test_what_is_done_is_not_done_again(small_sky: Path, tmp_path: Path, fitted: Path) -> None:
    options = [small_sky, *FISHER, "--model", "DkBk,AB", "-o", tmp_path / "out", "--overwrite"]
    first = record(*options, "-k", "2:4")
    assert count(fitted) == 12 + 1  # the chosen one again, for its map
    assert record(*options, "-k", "2:4")["selection"] == first["selection"]
    assert count(fitted) == 1
    select(*options, "-k", "2:5")
    assert count(fitted) == 4 + 1
    select(*options, "-k", "2:5", "--seeds", "3", "--jobs", "1")
    assert count(fitted) == 8 + 1
    select(*options, "-k", "2:4", "--model", "AB", "--criterion", "bic", "--seeds", "1")
    assert count(fitted) == 1
    assert len(journal(tmp_path / "out")) == 24


@pytest.mark.parametrize("change", [["--max-iter", "7"], ["--crop", "1"], ["--pca", "5"]])
def test_what_a_setting_changes_is_done_again(small_sky: Path, tmp_path: Path, fitted: Path, change: list[str]) -> None:
    options = [small_sky, *FISHER, "--model", "AB", "-k", "2:3", "-o", tmp_path / "out", "--overwrite", "--seeds", "1"]
    select(*options)
    before = len(journal(tmp_path / "out"))
    select(*options, *change)
    assert len(journal(tmp_path / "out")) == 2 * before == 4
    assert len(table(tmp_path / "out")) == 2
    count(fitted)
    select(*options)
    assert count(fitted) == 1, "the first fits are still there"


def test_another_cube_under_the_same_name_is_another_scan(small_sky: Path, tmp_path: Path) -> None:
    options = [small_sky, "-m", "kmeans", "-k", "2:3", "-o", tmp_path / "out", "--overwrite"]
    select(*options)
    write_sky(small_sky, make_sky(ny=14, nx=15, n_wave=60, regions=3, seed=5))
    select(*options)
    assert len({line["key"] for line in journal(tmp_path / "out")}) == 8


def test_line_that_was_cut_short_is_done_again(small_sky: Path, tmp_path: Path, fitted: Path) -> None:
    options = [small_sky, *FISHER, "--model", "AB", "-k", "2:4", "-o", tmp_path / "out", "--seeds", "1", "--jobs", "1"]
    select(*options)
    (path,) = (tmp_path / "out").glob("*_select.jsonl")
    os.truncate(path, path.stat().st_size - 20)
    count(fitted)
    select(*options, "--overwrite")
    assert count(fitted) == 1 + 1
    lines = path.read_text().splitlines()
    assert [json.loads(lines[place])["n_clusters"] for place in (0, 1, 3)] == [2, 3, 4]


def test_jobs_do_not_change_the_result(sky_file: Path, tmp_path: Path) -> None:
    found = {}
    for jobs in (1, 2, 3):
        folder = tmp_path / str(jobs)
        select(sky_file, *FISHER, "--model", "DkBk,DB", "-k", "2:5", "-o", folder, "--jobs", jobs)
        for line in (lines := journal(folder)):
            del line["seconds"]
        found[jobs] = sorted(lines, key=lambda line: line["key"])
    assert found[1] == found[2] == found[3]
    maps = [fits.getdata(next((tmp_path / str(jobs)).glob("*classmap.fits")), "CLASSMAP") for jobs in (1, 3)]
    assert np.array_equal(*maps)


def test_edge_of_the_scan_is_said_and_recorded(sky_file: Path, tmp_path: Path) -> None:
    options = [*FISHER, "--model", "DB", "-o", tmp_path / "out", "--overwrite"]
    result = select(sky_file, *options, "-k", "2:3")
    assert "Warning: ICL is best at 3 clusters, the most of the scan" in result.stderr
    line = json.loads((tmp_path / "out" / "runs.jsonl").read_text().splitlines()[-1])
    assert "widen --n-clusters" in line["selection"]["warnings"][0]
    assert any("widen --n-clusters" in note for note in line["notes"])
    assert record(sky_file, *options, "-k", "2:6")["selection"]["warnings"] == []


def test_failed_entry_is_recorded_and_passed_over(
    small_sky: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = FisherEM.fit_decomposed

    def sometimes(self: FisherEM, shared: object, *, seed: int, progress: object) -> object:
        if self.n_clusters == 3 and self.model == "DkBk":
            raise InputError("a class is too thin; take fewer.")
        return genuine(self, shared, seed=seed, progress=progress)

    monkeypatch.setattr(FisherEM, "fit_decomposed", sometimes)
    options = [small_sky, *FISHER, "--model", "DkBk,AB", "-k", "2:4", "-o", tmp_path / "out"]
    result = select(*options)
    assert "DkBk, K = 3, seed 0 failed: a class is too thin" in result.stderr
    (row,) = (row for row in table(tmp_path / "out") if row["failed"] != "0")
    assert (row["n_clusters"], row["model"], row["failed"]) == ("3", "DkBk", "2")
    assert (row["icl"], row["stability_ari_subsample"], row["chosen"]) == ("", "", "0")
    assert row["error"] == "a class is too thin; take fewer."
    refused(call("select", *options, "--overwrite", "-k", "3", "--model", "DkBk"), "the first fit that failed", "thin")


def test_interrupt_leaves_the_journal_and_nothing_else(
    small_sky: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fitted: Path
) -> None:
    genuine, appended = pipeline.append_fit, []

    def interrupted(path: Path, fit: object) -> None:
        genuine(path, fit)
        appended.append(fit)
        if len(appended) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "append_fit", interrupted)
    options = [small_sky, *FISHER, "--model", "AB", "-k", "2:6", "-o", tmp_path / "out"]
    assert call("select", *options).exit_code != 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["sky_fisher-em_select.jsonl"]
    assert len(journal(tmp_path / "out")) == 3
    assert multiprocessing.active_children() == []
    monkeypatch.setattr(pipeline, "append_fit", genuine)
    count(fitted)
    select(*options)
    assert count(fitted) == 7 + 1


def test_method_without_likelihood_is_chosen_by_stability(sky_file: Path, sky: Sky, tmp_path: Path) -> None:
    """Four regions are found again from any seed, more classes are not."""
    options = [sky_file, "-m", "kmeans", "--n-starts", "3", "-k", "2:7", "--seeds", "4"]
    result = select(*options, "-o", tmp_path / "out")
    rows = table(tmp_path / "out")
    assert all(row["icl"] == row["bic"] == row["aic"] == "" for row in rows)
    chosen = max(rows, key=lambda row: (float(row["stability_ari_subsample"]), int(row["n_clusters"])))
    assert chosen["chosen"] == "1"
    assert chosen["n_clusters"] == "4"
    assert "does not peak inside" not in result.stderr
    likeliest = [row["objective"] for row in rows]
    assert all(float(value) < 0 for value in likeliest), "inertia, the larger the better"
    refused(call("select", *options, "--criterion", "icl"), "kmeans has no likelihood", "take stability")
    refused(call("select", *options, "--seeds", "1"), "--seeds 2")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-k", "2:"], "2:40"),
        (["-k", "0:4"], "2:40"),
        (["-k", "9:4"], "2:40"),
        (["-k", "2:4", "--model", "DkBk,XX"], "--model XX: choose among DkBk"),
        (["-k", "1:4"], "--n-clusters is 1: give a value of at least 2"),
        (["-k", "2:4", "--max-iter", "0"], "--max-iter is 0"),
        (["-k", "2:4", "--sample", "100"], "--sample 100: each seed draws its own"),
        (["-k", "2:300"], "--n-clusters 300 exceeds the 210 spectra"),
        (["-k", "2:4", "--jobs", "50", "--memory", "1GB"], "--jobs 50 needs about"),
        (["-k", "2:4", "--memory", "300MB"], "raise --memory"),
    ],
)
def test_bad_input(small_sky: Path, tmp_path: Path, options: list[str], words: str) -> None:
    refused(call("select", small_sky, *FISHER, *options, "-o", tmp_path / "out"), words)
    assert not list(tmp_path.glob("out/*.png"))


def test_no_numbers_given(small_sky: Path) -> None:
    refused(call("select", small_sky, *FISHER), "--n-clusters")


def test_bound_in_time_has_no_part(small_sky: Path, tmp_path: Path) -> None:
    options = ["-m", "mmd-ovo", "-k", "2:3", "--max-minutes", "1"]
    refused(call("select", small_sky, *options, "-o", tmp_path), "--max-minutes")


def test_start_from_a_map_has_no_part(small_sky: Path, tmp_path: Path) -> None:
    refused(call("select", small_sky, *FISHER, "-k", "2:3", "--start-map", "map.fits", "-o", tmp_path), "--start-map")


def test_products_that_exist_are_kept(small_sky: Path, tmp_path: Path) -> None:
    options = ["select", small_sky, "-m", "igmm", "-k", "2:3", "-o", tmp_path]
    (tmp_path / "sky_igmm_select.csv").touch()
    refused(call(*options), "sky_igmm_select.csv: exists already", "--overwrite")


def test_configuration_names_the_scan(small_sky: Path, tmp_path: Path) -> None:
    config = tmp_path / "study.toml"
    config.write_text(
        'method = "fisher-em"\nn-clusters = [2, 3]\nmodel = "AB"\nn-starts = 1\nseeds = 1\nwindow = "7550:8200"\n'
    )
    found = record(small_sky, "--config", config, "-o", tmp_path / "out")
    assert found["settings"]["window"] == ["7550:8200"]
    assert [(row["n_clusters"], row["model"]) for row in table(tmp_path / "out")] == [("2", "AB"), ("3", "AB")]
    assert (found["selection"]["n_clusters"], found["selection"]["seeds"]) == ([2, 3], 1)
    wider = record(small_sky, "--config", config, "-o", tmp_path / "out", "--overwrite", "-k", "4")
    assert wider["selection"]["n_clusters"] == [4]
    assert wider["selection"]["stability"] is None


def test_chosen_of_a_combination(small_sky: Path, tmp_path: Path) -> None:
    found = record(small_sky, "-m", "gmm", "-k", "2:4", "--pca", "5", "-o", tmp_path / "out")
    assert found["settings"]["pca"] == 5
    assert found["classes_used"] == 3


def test_plan_counts_every_fit_and_writes_nothing(small_sky: Path, tmp_path: Path) -> None:
    options = [small_sky, *FISHER, "-k", "2:6:2", "--seed", "7", "-o", tmp_path / "out", "--dry-run"]
    facts = json.loads(select(*options, "--jobs", "2", "--json", "-q").stdout)
    assert facts["fits_of_scan"] == 3 * 12 * 2
    assert (facts["settings"]["n_clusters"], facts["settings"]["seed"]) == ([2, 4, 6], 7)
    assert len(facts["settings"]["model"]) == 12
    assert {Path(path).name.removeprefix("sky_fisher-em_") for path in facts["files"].values()} == (
        SELECTED | RUN | {"loadings.png"}
    )
    assert 36 * facts["seconds"]["fit"] >= facts["seconds"]["scan"] >= facts["seconds"]["fit"]
    assert "for 72 fits, 2 at a time" in select(*options, "--jobs", "2").stdout
    assert not (tmp_path / "out").exists()
