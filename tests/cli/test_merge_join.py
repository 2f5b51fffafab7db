"""`cubeclust merge --join`: classes made one."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from commands import call, refused
from matplotlib.image import imread
from skies import make_sky, write_sky
from test_merge import by_name, path_of, rows_by_name, spectra_by_name

from cubeclust.classes.spectra import STATISTICS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sky of two regions, its map of four classes, and a map within class A."""
    path = tmp_path_factory.mktemp("maps")
    cube = write_sky(path / "sky.fits", make_sky(regions=2))
    parent = path_of("run", cube, "-m", "gmm", "--pca", 4, "-k", 4, "-o", path)
    path_of("run", cube, "-m", "kmeans", "-k", 3, "--within", parent, "--class", 1, "-o", path)
    return path


@pytest.fixture
def parent(folder: Path) -> Path:
    return folder / "sky_gmm_classmap.fits"


def test_joined_class_has_the_spaxels_and_the_mean_spectrum_of_all_its_parts(
    folder: Path, parent: Path, tmp_path: Path
) -> None:
    """As a run would give them that had found one class; those of the other class stay."""
    result = call("merge", parent, "--join", "D, B", "-o", tmp_path)
    merged, old = Path(result.stdout.strip()), by_name(parent)
    assert "B is B and D joined: the quantiles of its spectra and its posterior are unknown" in result.stderr
    found = by_name(merged)
    assert found.keys() == {"A", "B", "C"}
    np.testing.assert_array_equal(found["B"], old["B"] | old["D"])
    for name in "AC":
        np.testing.assert_array_equal(found[name], old[name])
        np.testing.assert_array_equal(spectra_by_name(merged)[name], spectra_by_name(parent)[name])
    sizes = fits.getdata(merged, "CLASSES")["N_SPAXELS"].tolist()
    assert sizes == sorted(sizes, reverse=True) == [int(found[name].sum()) for name in found]
    sky = make_sky(regions=2)
    flux, variance = (values[:, found["B"]] for values in (sky.flux, sky.variance))
    band = slice(8, 49)  # 7600:8100
    level = flux[band].mean(axis=0, dtype=float)
    flux, variance = flux / level, variance / level**2
    spectra = dict(zip(STATISTICS, spectra_by_name(merged)["B"], strict=True))
    np.testing.assert_allclose(spectra["mean"], flux.mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(spectra["std"], flux.std(axis=1), rtol=1e-4)
    np.testing.assert_allclose(spectra["mean_error"], np.sqrt(variance.sum(axis=1)) / flux.shape[1], rtol=1e-4)
    assert np.isnan([spectra[name] for name in ("q10", "q50", "q90")]).all()
    assert np.isnan(fits.getdata(merged, "MAXPROB")[found["B"]]).all()
    np.testing.assert_array_equal(np.isnan(fits.getdata(merged, "MAXPROB")), found["B"])


def test_numbers_on_a_joined_class(parent: Path, tmp_path: Path) -> None:
    merged = path_of("merge", parent, "--join", "A,B,C,D", "-o", tmp_path)
    (row,), rows = rows_by_name(merged).values(), rows_by_name(parent).values()
    sizes = [each["N_SPAXELS"] for each in rows]
    assert (row["NAME"], row["N_SPAXELS"], row["PARENT"]) == ("A", sum(sizes), 0)
    assert row["MEAN_SNR"] == pytest.approx(np.average([each["MEAN_SNR"] for each in rows], weights=sizes), rel=1e-6)
    assert row["AREA"] == pytest.approx(sum(each["AREA"] for each in rows))
    header = fits.getheader(merged)
    assert (header["METHOD"], header["NCLASS"]) == ("gmm, A, B, C and D joined", 1)
    assert "note A is A, B, C and D joined" in "".join(header["HISTORY"])
    assert imread(tmp_path / "sky_gmm-merged_spectra.png").ndim == 3


def test_classes_of_parts_are_joined_once_they_are_in_the_map(folder: Path, parent: Path, tmp_path: Path) -> None:
    part = folder / "sky_kmeans-A_classmap.fits"
    merged = path_of("merge", parent, part, "--join", "A1,A3", "--join", "B,C", "-o", tmp_path)
    inner, old, found = by_name(part), by_name(parent), by_name(merged)
    assert found.keys() == {"A1", "A2", "B", "D"}
    np.testing.assert_array_equal(found["A1"], inner["A1"] | inner["A3"])
    np.testing.assert_array_equal(found["B"], old["B"] | old["C"])
    assert rows_by_name(merged)["A1"]["PARENT"] == 1
    again = path_of("merge", merged, "--join", "B,D", "-o", tmp_path)
    assert by_name(again).keys() == {"A1", "A2", "B"}


def test_command_that_a_run_proposes(folder: Path, tmp_path: Path) -> None:
    """It leaves the two classes that there are, and no candidates."""
    result = call("run", folder / "sky.fits", "-m", "kmeans", "-k", 5, "-o", tmp_path / "my maps", "--json")
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("  cubeclust merge ")]
    merged = by_name(path_of(*shlex.split(line)[1:]))
    truth = make_sky(regions=2).truth
    assert [np.unique(truth[inside]).size for inside in merged.values()] == [1, 1]
    assert sorted(int(inside.sum()) for inside in merged.values()) == [156, 468]
    assert len(json.loads(result.stdout)["merge_candidates"]) == 6


def test_classes_that_cannot_be_joined_are_refused(folder: Path, parent: Path, tmp_path: Path) -> None:
    part = folder / "sky_kmeans-A_classmap.fits"
    refused(call("merge", parent, "--join", "A,F", "-o", tmp_path), "--join A,F: no class is called 'F'", "A, B, C, D")
    refused(call("merge", parent, "--join", "A,A", "-o", tmp_path), "--join A,A: names one class", "such as --join A,B")
    refused(call("merge", parent, part, "--join", "A1,B", "-o", tmp_path), "parts of different classes")
    refused(call("merge", parent, "-o", tmp_path), "nothing is to be merged", "by --join")
    assert list(tmp_path.iterdir()) == []
