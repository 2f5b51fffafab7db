"""How a fit ends: what is said, recorded and written."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from astropy.io import fits
from commands import call, refused
from kinds import ONE_OF_EACH_CLASS
from test_dry_run import forecast
from test_run import run

from cubeclust.methods import METHODS

BRIEF = ["-k", 4, "--learning-rate", 0.01, "--crop", 4]


def record(*arguments: object) -> dict:
    return json.loads(run(*arguments, "--json").stdout)


def history(found: dict) -> str:
    return "\n".join(fits.getheader(found["files"]["classmap.fits"])["HISTORY"])


def test_without_bound_the_fit_ends_once_converged(sky_file: Path, tmp_path: Path) -> None:
    result = run(sky_file, "-o", tmp_path, *BRIEF, "--max-iter", 0, "--json")
    found = json.loads(result.stdout)
    assert (found["converged"], found["stopped"]) == (True, "plateau")
    assert found["watched"]["relabeled"] <= 1 / found["n_spectra"]
    assert "the fit ends once it has converged (--tolerance 0.0001), however long" in result.stderr
    assert f"Converged after {found['iterations']} iterations." in result.stderr
    assert f"converged after {found['iterations']} iterations" in history(found)
    bounded = record(sky_file, "-o", tmp_path / "bounded", *BRIEF, "--max-iter", found["iterations"], "--tolerance", 0)
    for name in ("converged", "objective", "watched", "class_sizes"):
        assert bounded[name] == found[name], name
    assert bounded["stopped"] == "iterations"


def test_fit_with_defaults_ends_once_converged(sky_file: Path, tmp_path: Path) -> None:
    result = run(sky_file, "-o", tmp_path, "-k", 4, "--crop", 4, "--json")
    found = json.loads(result.stdout)
    assert (found["converged"], found["stopped"]) == (True, "plateau")
    assert "the fit ends once it has converged (--tolerance 0.0001), or after 10000 iterations" in result.stderr


def test_without_tolerance_all_iterations_run(sky_file: Path, tmp_path: Path) -> None:
    early = record(sky_file, "-o", tmp_path / "early", *BRIEF)
    found = record(sky_file, "-o", tmp_path / "all", *BRIEF, "--tolerance", 0, "--max-iter", early["iterations"] + 25)
    assert found["iterations"] == early["iterations"] + 25
    assert found["stopped"] == "iterations"


def test_time_bounds_a_fit(sky_file: Path, tmp_path: Path) -> None:
    result = run(sky_file, "-o", tmp_path, *BRIEF, "--max-iter", 0, "--max-minutes", 1e-9, "--json")
    found = json.loads(result.stdout)
    assert (found["converged"], found["stopped"], found["iterations"]) == (False, "time", 1)
    assert "or after 1e-09 minutes" in result.stderr
    assert "Not converged after 1 iterations, stopped by --max-minutes (raise it)." in result.stderr
    assert "not converged after 1 iterations, stopped by --max-minutes" in history(found)
    with h5py.File(found["files"]["result.h5"]) as file:
        assert file.attrs["stopped"] == "time"


@pytest.mark.parametrize("batches", [[], ["--batch-size", 100]])
def test_history_holds_the_objective_and_what_was_watched(sky_file: Path, tmp_path: Path, batches: list) -> None:
    found = record(sky_file, "-o", tmp_path, *BRIEF, "--max-iter", 80, "--tolerance", 0, *batches)
    with h5py.File(found["files"]["result.h5"]) as file:
        course = {name: file["history"][name][:] for name in file["history"]}
        labels = file["labels"][:]
    assert set(course) == {"gemini", "used_clusters", "relabeled"}
    assert {len(values) for values in course.values()} == {81}
    assert found["objective"] == {"gemini": course["gemini"][-1]}
    assert found["watched"] == {name: course[name][-1] for name in ("used_clusters", "relabeled")}
    assert course["gemini"][-1] > course["gemini"][0] > 0
    assert course["used_clusters"][-1] == len(np.unique(labels)) == found["classes_used"]


def test_objective_of_batches_is_noted_once(sky_file: Path, tmp_path: Path) -> None:
    result = run(sky_file, "-o", tmp_path, *BRIEF, "--max-iter", 5, "--batch-size", 100, "--json")
    found = json.loads(result.stdout)
    assert result.stderr.count("a biased estimate") == 1
    assert sum("a biased estimate" in note for note in found["notes"]) == 1
    assert "a biased estimate" in "".join(fits.getheader(found["files"]["classmap.fits"])["HISTORY"])
    exact = run(sky_file, "-o", tmp_path / "exact", *BRIEF, "--max-iter", 5)
    assert "biased" not in exact.stderr


@pytest.mark.parametrize("method", ONE_OF_EACH_CLASS)
def test_figure_of_the_course_where_there_is_one(sky_file: Path, tmp_path: Path, method: str) -> None:
    brief = ["--max-iter", 3] if hasattr(METHODS[method].load(), "max_iter") else []
    files = record(sky_file, "-m", method, "-k", 3, "--crop", 6, "-o", tmp_path / "fit", *brief)["files"]
    with h5py.File(files["result.h5"]) as file:
        longest = max((len(values) for values in file["history"].values()), default=0)
    assert ("convergence.png" in files) == (longest > 1)
    assert all(Path(path).read_bytes() for path in files.values())
    applied = call("apply", files["result.h5"], sky_file, "-o", tmp_path / "applied", "--json", "-q")
    assert "convergence.png" not in json.loads(applied.stdout)["files"]


@pytest.mark.parametrize(("name", "value"), [("--max-iter", -1), ("--max-minutes", -1), ("--max-minutes", "nan")])
def test_bounds_that_mean_nothing(sky_file: Path, name: str, value: object) -> None:
    refused(call("run", sky_file, name, value), name, "give a value")


def test_plan_of_a_fit_without_bound_says_so(sky_file: Path, tmp_path: Path) -> None:
    options = ["run", sky_file, "-o", tmp_path / "out", "--max-iter", 0]
    seconds = forecast(*options)["seconds"]
    assert seconds["fit"] is None
    assert 0 < seconds["iteration"] < 60
    assert "until it has converged, however long that takes; --max-minutes" in call(*options, "--dry-run").stdout
    assert forecast(*options, "--max-minutes", 90)["seconds"]["fit"] == 90 * 60
    assert "at most 90 min, by --max-minutes" in call(*options, "--max-minutes", 90, "--dry-run").stdout


def test_plan_measures_iterations_whatever_time_they_may_take(sky_file: Path, tmp_path: Path) -> None:
    """A bound that would end a fit at once does not change what an iteration takes."""
    options = ["run", sky_file, "-o", tmp_path / "out", "--max-minutes", 1e-9]
    seconds = forecast(*options)["seconds"]
    assert seconds["fit"] == pytest.approx(6e-8)
    assert seconds["iteration"] > seconds["fit"]
