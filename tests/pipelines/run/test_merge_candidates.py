"""Classes that may be one, in a run and what it leaves."""

import json
from pathlib import Path

import pytest
from astropy.io import fits
from commands import call
from skies import make_sky, write_sky

from cubeclust import RunSettings, run


@pytest.fixture
def cube(tmp_path: Path) -> Path:
    """Two regions of 468 and 156 spaxels."""
    return write_sky(tmp_path / "sky.fits", make_sky(regions=2))


@pytest.mark.parametrize(("method", "pca"), [("kmeans", None), ("gmm", 5), ("ward", None)])
def test_classes_beyond_those_that_there_are_are_named(cube: Path, tmp_path: Path, method: str, pca: int) -> None:
    """Asked for four, each method divides the larger region in three; asked for two, it finds them."""
    for n_clusters, expected in ((2, 0), (4, 3)):
        finished = run(RunSettings(cube, method, {"n_clusters": n_clusters}, pca=pca, output=tmp_path, overwrite=True))
        classes = finished.record.classes
        assert [pair.reason for pair in classes.merge_candidates] == ["cut"] * expected
        assert all(pair.beside is not None and abs(pair.beside) < 0.25 for pair in classes.merge_candidates)
    other = classes.class_sizes.index(156) + 1
    named = {number for pair in classes.merge_candidates for number in (pair.first, pair.second)}
    assert named == {1, 2, 3, 4} - {other}


def test_pairs_stand_in_what_is_printed_recorded_and_written(cube: Path, tmp_path: Path) -> None:
    result = call("run", cube, "-m", "kmeans", "-k", 4, "-o", tmp_path, "--json")
    record = json.loads(result.stdout)
    words = "A and C, A and D, C and D (parts of one population that is cut through its noise)"
    assert f"Merge candidates: {words}." in result.stderr
    assert f"note merge candidates: {words}" in "".join(fits.getheader(record["files"]["classmap.fits"])["HISTORY"])
    assert [(pair["first"], pair["second"]) for pair in record["merge_candidates"]] == [(1, 3), (1, 4), (3, 4)]
    keys = {"first", "second", "reason", "chi2", "channels", "probability", "distance", "beside"}
    assert all(set(pair) == keys for pair in record["merge_candidates"])
    applied = call("apply", record["files"]["result.h5"], cube, "-o", tmp_path, "--json")
    assert json.loads(applied.stdout)["merge_candidates"] == [], "classes of a model are not those of this cube"


def test_many_pairs_are_counted(cube: Path, tmp_path: Path) -> None:
    result = call("run", cube, "-m", "kmeans", "-k", 7, "-o", tmp_path)
    assert " more pairs (parts of one population" in result.stderr
