"""The benchmark of defaults resumes from its journal, shares it between processes, and averages what is there."""

import json
import multiprocessing
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from scipy.io import savemat

from benchmarks import defaults
from benchmarks.defaults_cubes import CUBES, Source, cube_of, missing, truth_of
from benchmarks.defaults_journal import Journal, Line
from benchmarks.defaults_runs import Trial, packed, scores, settings_for, unpacked, values_of
from benchmarks.defaults_tables import effective, summaries
from cubeclust import Window
from cubeclust.errors import InputError
from cubeclust.methods import METHODS
from cubeclust.preprocessing.scaling import SCALINGS

RUN = {
    "data": "blobs", "size": 20, "sky_seed": 1, "channels": "all", "range": "all", "k": 2, "method": "kmeans",
    "scale": "none", "seed": 0, "settings": [], "state": "now",
}  # fmt: skip
HALVES, OTHER_HALVES = np.array([[1, 1, 2, 2]]), np.array([[1, 2, 1, 2]])


TINY = (
    "--methods", "kmeans", "--skies", "blobs", "--sky-seeds", "1", "--cubes", "", "--size", "20", "--ranges", "windows"
)  # fmt: skip


def always(found: Line) -> bool:
    return True


def line(classes: np.ndarray = HALVES, found: Line | None = None, **changed: object) -> Line:
    return {
        "run": {**RUN, **changed},
        "map": packed(classes),
        "tiny": 0,
        "sizes": [2, 2],
        "s": 1.0,
        "converged": None,
        **(found or {}),
    }


def options(*words: str) -> Namespace:
    parser = ArgumentParser()
    parser.add_argument("--device", default="cpu")
    defaults.add_options(parser)
    return parser.parse_args(["--work", "unused", *words])


def test_finished_run_is_not_claimed_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with journal.claimed(RUN, always) as free:
        assert free
        journal.add(RUN, {"ARI": 0.5})
    for run, left in ((RUN, False), (dict(reversed(RUN.items())), False), ({**RUN, "seed": 1}, True)):
        with Journal(tmp_path).claimed(run, always) as free:
            assert free is left
    assert journal.read() == [{"run": RUN, "ARI": 0.5}]


def test_unfinished_run_is_claimed_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(KeyboardInterrupt), journal.claimed(RUN, always):
        raise KeyboardInterrupt
    with journal.claimed(RUN, always) as free:
        assert free


def _claims(folder: Path) -> list[bool]:
    journal, found = Journal(folder), []
    for seed in range(2):
        with journal.claimed({**RUN, "seed": seed}, always) as free:
            found.append(free)
    return found


def test_run_of_another_process_is_left_to_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        with journal.claimed(RUN, always):
            assert pool.apply(_claims, (tmp_path,)) == [False, True]
        assert pool.apply(_claims, (tmp_path,)) == [True, True]


def test_line_cut_short_is_not_a_run(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.path.write_text(json.dumps({"run": RUN})[:-9])
    journal.add(RUN, {"ARI": 0.5})
    assert [line["ARI"] for line in journal.read()] == [0.5]


def test_scores_are_of_the_spaxels_with_both_classes() -> None:
    """One of five true spaxels has no class, and one without a true class has one."""
    found = scores(np.array([[4, 4, 2, 2, 0, 9]]), np.array([[1, 1, 2, 2, 2, 0]]))
    assert found == {"ARI": 1.0, "coverage": 0.8}


def test_map_is_packed_and_unpacked() -> None:
    np.testing.assert_array_equal(unpacked(packed(np.array([[0, 1], [300, 2]]))), [0, 1, 300, 2])


def test_row_has_means_and_spread_over_skies_and_seeds() -> None:
    """Two skies with two seeds each; the maps of the first sky agree, those of the second do not (ARI -0.5)."""
    lines = [
        line(found={"ARI": 0.2, "coverage": 1.0, "tiny": 0, "converged": True}),
        line(found={"ARI": 0.4, "coverage": 0.5, "tiny": 3, "converged": False}, seed=1),
        line(found={"ARI": 0.6, "coverage": 1.0, "tiny": 0}, sky_seed=2),
        line(OTHER_HALVES, found={"ARI": 0.8, "coverage": 0.5, "tiny": 1}, sky_seed=2, seed=1),
        line(found={"ARI": 0.9}, scale="zscore"),
    ]
    row, other = summaries(lines)
    assert (row["scale"], row["runs"], row["settings"], row["state"]) == ("none", 4, "", "now")
    assert (row["ARI"], row["± ARI"]) == (0.5, round(0.05**0.5, 4))
    assert (row["coverage"], row["tiny"], row["converged"], row["s"]) == (0.75, 1, 0.5, 1.0)
    assert (row["agree"], row["± agree"]) == (0.25, 0.75)
    assert (row["halves"], row["effective"]) == (None, 2.0)
    assert (other["scale"], other["runs"], other["ARI"], other["± ARI"], other["agree"]) == (
        "zscore",
        1,
        0.9,
        None,
        None,
    )


def test_halves_of_the_channels_are_compared_and_not_averaged() -> None:
    """A spaxel without a class on one map is left out."""
    even, odd = np.array([[1, 1, 2, 2, 0]]), np.array([[5, 5, 3, 3, 3]])
    whole = line(np.array([[1, 1, 1, 2, 2]]))
    (row,) = summaries([whole, line(even, channels="even"), line(odd, channels="odd", found={"tiny": 5})])
    assert (row["halves"], row["runs"], row["tiny"], row["agree"]) == (1.0, 1, 0, None)


def test_effective_classes_are_those_of_one_size() -> None:
    assert effective([5, 5, 0, 5]) == pytest.approx(3)
    assert effective([1000, 1, 1]) == pytest.approx(1.016, abs=1e-3)


def test_refused_run_is_counted_alone() -> None:
    refused = {"run": {**RUN, "seed": 1}, "error": "only one spectrum is left; loosen the masks or the crop."}
    (row,) = summaries([line(found={"ARI": 0.5}), refused])
    assert (row["runs"], row["ARI"], row["refused"]) == (1, 0.5, 1)


def test_settings_go_to_the_methods_that_have_them() -> None:
    texts = ["tolerance=0.001", "connected=true", "min-snr=2", "exclude=5570:5585", "exclude=6290:6310"]
    assert settings_for("ward", texts) == tuple(texts[1:])
    assert values_of("ward", texts[1:]) == (
        {"connected": True},
        {"min_snr": 2.0, "exclude": (Window(5570, 5585), Window(6290, 6310))},
    )
    assert values_of("mmd-ovo", texts[:1]) == ({"tolerance": 0.001}, {})


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(InputError, match="tolerance=much"):
        values_of("mmd-ovo", ["tolerance=much"])
    with pytest.raises(InputError, match="--set tolerance=1: no option of ward"):
        defaults.trials(options("--methods", "ward", "--set", "tolerance=1", "--cubes", ""))
    with pytest.raises(ArgumentTypeError, match="NAME=VALUE"):
        defaults.assignment("tolerance")


def test_runs_of_a_sky_and_of_a_real_cube(capsys: pytest.CaptureFixture) -> None:
    """A window where there are lines at known places, several numbers of classes, halves of a real cube with one seed;
    quick methods come first."""
    chosen = options("--methods", "usd-ovo,kmeans", "--scales", "none", "--skies", "ngc1068,hudf", "--sky-seeds", "1")
    trials = defaults.trials(chosen)
    assert [trial.method for trial in trials] == ["kmeans"] * 22 + ["usd-ovo"] * 22
    assert len({str(trial) for trial in trials}) == 44
    count = [(trial.source.data, trial.range, trial.k, trial.source.channels) for trial in trials[:22]]
    assert {case: count.count(case) for case in count} == {
        ("ngc1068", "windows", 11, "all"): 3, ("ngc1068", "all", 11, "all"): 3,
        ("hudf", "all", 4, "all"): 3, ("hudf", "all", 3, "all"): 3,
        **{("abell478", name, 8, half): 1 for name in ("windows", "all") for half in ("even", "odd")},
        ("abell478", "windows", 8, "all"): 3, ("abell478", "all", 8, "all"): 3,
    }  # fmt: skip
    printed = capsys.readouterr().out
    assert "ngc3081 is left out: give the folder of ngc3081_gmos/ngc3081_cube.fits" in printed


def test_windows_are_those_of_the_observer() -> None:
    assert Source("blobs", 40, 1).windows == (Window(4848, 5100.5), Window(6565, 6868))
    assert Source("hudf", 40, 1).windows == ()


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    assert missing("abell478", None) == ""
    first, second = CUBES["indian-pines"].files
    (tmp_path / first).parent.mkdir()
    (tmp_path / first).touch()
    assert missing("indian-pines", tmp_path) == f"indian-pines is left out: {tmp_path} has no {second}."


def test_halves_of_a_cube_lie_at_their_wavelengths(tmp_path: Path) -> None:
    """Five channels at 99, 101, 103, 105, 107; flags have no axis of their own."""
    flux = np.arange(5.0)[:, None, None] * np.ones((5, 2, 2))
    axis = fits.Header({"CRPIX3": 1.5, "CRVAL3": 100.0, "CD3_3": 2.0})
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(flux, axis, name="DATA"), fits.ImageHDU(flux.astype(int), name="DQ")]
    (tmp_path / "ngc3081_gmos").mkdir()
    fits.HDUList(hdus).writeto(tmp_path / CUBES["ngc3081"].files[0])
    for half, first, channels in (("even", 99, [0, 2, 4]), ("odd", 101, [1, 3])):
        with fits.open(cube_of(Source("ngc3081", channels=half), tmp_path, tmp_path)) as made:
            for hdu in made[1:]:
                np.testing.assert_array_equal(hdu.data[:, 0, 0], channels)
            assert [made["DATA"].header[name] for name in ("CRPIX3", "CRVAL3", "CD3_3")] == [1, first, 4]
    assert cube_of(Source("ngc3081"), tmp_path, tmp_path) == tmp_path / CUBES["ngc3081"].files[0]


def test_indian_pines_is_a_cube_of_its_labeled_pixels(tmp_path: Path) -> None:
    """Every second pixel; the 104th of the channels that there are is the 109th of the instrument."""
    flux = np.arange(3 * 3 * 200).reshape(3, 3, 200)
    classes = np.array([[1, 9, 0], [9, 9, 9], [2, 9, 3]])
    (tmp_path / "indian_pines").mkdir()
    for file, values in zip(CUBES["indian-pines"].files, (flux, classes), strict=True):
        savemat(tmp_path / file, {"values": values})
    source = Source("indian-pines")
    path = cube_of(source, tmp_path, tmp_path)
    cube = fits.getdata(path)
    assert cube.shape == (220, 2, 2)
    np.testing.assert_array_equal(cube[102:109, 1, 1], [flux[2, 2, 102], *[np.nan] * 5, flux[2, 2, 103]])
    assert np.isnan(cube[:, 0, 1]).all()
    assert np.isfinite(cube[:, 0, 0]).sum() == 200
    for channels in ("all", "odd"):
        np.testing.assert_array_equal(truth_of(source._replace(channels=channels), path), [[1, 0], [2, 3]])


def test_second_call_makes_no_run_again(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """The second call has one more seed."""
    words = [*TINY, "--work", str(tmp_path), "--scales", "none", "--set", "max-iter=20"]
    (first,) = defaults.run(options(*words, "--fit-seeds", "0"))
    made = capsys.readouterr().out.splitlines()
    (second,) = defaults.run(options(*words, "--fit-seeds", "0,1"))
    assert [len(made), len(capsys.readouterr().out.splitlines())] == [1, 1]
    assert (first["runs"], second["runs"]) == (1, 2)
    assert (second["scale"], second["settings"], second["coverage"]) == ("none", "max-iter=20", 1.0)
    assert 0.1 < second["ARI"] <= 1


def test_default_scale_and_its_name_are_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another scale becomes the default, what it found is what the default finds."""
    calls: list[Trial] = []

    def made(trial: Trial, chosen: Namespace) -> Line:
        calls.append(trial)
        scale = trial.run_settings(tmp_path, tmp_path, "cpu").scale or METHODS["kmeans"].load().default_scale
        return {"scaled": scale, "tiny": list(SCALINGS).index(scale), "sizes": [9], "s": 1.0, "map": packed(HALVES)}

    monkeypatch.setattr(defaults, "made", made)
    chosen = options(*TINY, "--work", str(tmp_path), "--fit-seeds", "0")
    for number, scale in enumerate(SCALINGS):
        monkeypatch.setattr(METHODS["kmeans"].load(), "default_scale", scale)
        rows = {row["scale"]: row for row in defaults.run(chosen)}
        assert len(calls) == len(SCALINGS)
        assert {*rows} == {"default", *SCALINGS}
        assert rows["default"]["tiny"] == rows[scale]["tiny"] == number
        assert rows["default"]["runs"] == 1
