"""A fitted model on other spectra, through the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from astropy.io import fits
from click.testing import Result
from commands import call, refused
from kinds import ONE_OF_EACH_CLASS
from skies import SPEED_OF_LIGHT, Sky, make_galaxy, make_sky, sky_header, write_sky, write_velocity_map
from sklearn.metrics import adjusted_rand_score

from cubeclust.classes.colors import class_colors

FEW = {"mmd-ova": ["--max-iter", "200"], "mmd-ovo": ["--max-iter", "200"]}  # iterations that suffice here


def fitted(path: Path, method: str, output: Path, *options: object, k: int = 4) -> Path:
    """Result file of a fit."""
    result = call("run", path, "-m", method, "-k", k, "-o", output, "-q", *FEW.get(method, []), *options)
    assert result.exit_code == 0, result.output
    return output / f"{path.stem}_{method}_result.h5"


def applied(result: Path, path: Path, output: Path, *options: object) -> tuple[np.ndarray, Result]:
    """Classes of the model on a cube."""
    done = call("apply", result, path, "-o", output, "-v", *options)
    assert done.exit_code == 0, done.output
    return fits.getdata(done.stdout.strip(), "CLASSMAP"), done


@pytest.mark.parametrize("method", ONE_OF_EACH_CLASS)
def test_fitted_half_is_identical_and_the_other_is_right(tmp_path: Path, sky: Sky, sky_file: Path, method: str) -> None:
    """The upper quarter, half of two regions, is not in the fit."""
    result = fitted(sky_file, method, tmp_path / "fit", "--crop", "0,0,0,6")
    half = fits.getdata(tmp_path / "fit" / f"sky_{method}_classmap.fits", "CLASSMAP")
    whole, done = applied(result, sky_file, tmp_path / "whole")
    if "nearest mean" not in done.stderr:
        assert np.array_equal(whole[half > 0], half[half > 0])
    else:
        assert method in ("ward", "spectral")
        assert np.mean(whole[half > 0] == half[half > 0]) > 0.99
    usual = np.array([np.bincount(half[(sky.truth == region) & (half > 0)]).argmax() for region in range(4)])
    assert np.mean(whole[half == 0] == usual[sky.truth[half == 0]]) > 0.98


def test_features_are_those_of_the_fit_to_the_last_bit(tmp_path: Path, sky_file: Path) -> None:
    """Band, windows, gaps and z-score as fitted: the posterior of the same spectra is the same."""
    options = ["--window", "7550:8000", "--exclude", "7700:7750", "--normalize-band", "7600:8100"]
    result = fitted(sky_file, "mmd-ovo", tmp_path / "fit", "--crop", "3", *options)
    before = fits.getdata(tmp_path / "fit" / "sky_mmd-ovo_classmap.fits", "MAXPROB")
    applied(result, sky_file, tmp_path / "whole")
    after = fits.getdata(tmp_path / "whole" / "sky_mmd-ovo-applied_classmap.fits", "MAXPROB")
    inside = np.isfinite(before)
    np.testing.assert_allclose(after[inside], before[inside], atol=1e-6)
    assert np.isfinite(after).sum() > inside.sum()


@pytest.mark.parametrize("step", [10.0, 7.3, 17.0])
def test_other_wavelength_grid(tmp_path: Path, sky: Sky, sky_file: Path, step: float) -> None:
    """The model of one cube on another one with finer or coarser channels, other noise and other regions' places."""
    grid = np.arange(7450.0, 8300.0, step)
    other = make_sky(20, 30, seed=3, noise=0.2, wavelength=grid)
    path = write_sky(tmp_path / "other.fits", other)
    result = fitted(sky_file, "mmd-ovo", tmp_path)
    refused(call("apply", result, path, "-o", tmp_path), "other wavelengths", "--resample")
    classes, done = applied(result, path, tmp_path, "--resample")
    assert "resampled on the model's 60 channels" in done.stderr
    assert adjusted_rand_score(other.truth.ravel(), classes.ravel()) > 0.98
    own = fits.getdata(tmp_path / "sky_mmd-ovo_classmap.fits", "CLASSMAP")
    for region in range(4):  # not only the same parting, but the same numbers
        assert np.bincount(classes[other.truth == region]).argmax() == np.bincount(own[sky.truth == region]).argmax()


def test_model_at_rest_on_a_galaxy_at_another_redshift(tmp_path: Path) -> None:
    maps, paths, galaxies = {}, {}, {}
    for name, shift in (("near", 0.0), ("far", 0.002)):
        galaxy = make_galaxy(noise=0.3, shift=shift)
        header = sky_header(galaxy)
        paths[name] = write_sky(tmp_path / f"{name}.fits", galaxy, header)
        maps[name] = write_velocity_map(tmp_path / f"{name}_velocity.fits", galaxy.velocity)
        galaxies[name] = galaxy
    assert galaxies["far"].velocity.mean() - galaxies["near"].velocity.mean() == pytest.approx(0.002 * SPEED_OF_LIGHT)
    options = ["--normalize-band", "6600:6680", "--window", "6520:6760"]
    result = fitted(paths["near"], "kmeans", tmp_path, "--velocity-map", maps["near"], *options, k=3)
    refused(call("apply", result, paths["far"], "-o", tmp_path), "fitted at rest", "--velocity-map")
    classes, _ = applied(result, paths["far"], tmp_path, "--velocity-map", maps["far"])
    assert adjusted_rand_score(galaxies["far"].truth.ravel(), classes.ravel()) > 0.95
    plain = fitted(paths["near"], "kmeans", tmp_path / "plain", *options)
    refused(
        call("apply", plain, paths["far"], "--velocity-map", maps["far"], "-o", tmp_path), "leave out --velocity-map"
    )


def test_classes_without_spaxels_keep_their_number_and_the_others_their_color(tmp_path: Path, sky_file: Path) -> None:
    result = fitted(sky_file, "kmeans", tmp_path)
    own = fits.getdata(tmp_path / "sky_kmeans_classmap.fits", "CLASSMAP")
    done = call("apply", result, sky_file, "-o", tmp_path / "part", "--crop", "0,14,0,13", "--json", "--export", "csv")
    assert done.exit_code == 0, done.output
    record = json.loads(done.stdout)
    with fits.open(record["files"]["classmap.fits"]) as hdus:
        part, table = hdus["CLASSMAP"].data, hdus["CLASSES"].data
        present = np.unique(part[part > 0])
        assert np.array_equal(part[part > 0], own[part > 0])
        assert len(table) == 4 > len(present)
        assert table["COLOR"].tolist() == class_colors(4)
        assert table["N_SPAXELS"].tolist() == [np.count_nonzero(part == number) for number in range(1, 5)]
        assert np.isnan(table["RA"][table["N_SPAXELS"] == 0]).all()
    assert record["classes_used"] == len(present)
    again = call("plot", record["files"]["classmap.fits"], "-o", tmp_path / "again")
    assert again.exit_code == 0, again.output


def test_class_that_the_fit_left_empty_has_a_row_where_it_appears(tmp_path: Path, sky: Sky, sky_file: Path) -> None:
    """Fitted on one region, the model of two clusters used one of them; the other one gets what is unlike it."""
    result = fitted(sky_file, "kmeans", tmp_path, "--crop", "0,13,0,12", "--scale", "zscore", k=2)
    with h5py.File(result, "r+") as file:
        centroids, order = file["model/centroids"][:], file["model_cluster"][:]
        means = file["class_means"][:1]
        del file["class_means"]
        file["class_means"] = means  # as of a fit that left the second cluster empty
        file["model/centroids"][order[1]] = centroids[order[0]] + 5
    done = call("apply", result, sky_file, "-o", tmp_path / "whole", "--json", "-q")
    assert done.exit_code == 0, done.output
    record = json.loads(done.stdout)
    with fits.open(record["files"]["classmap.fits"]) as hdus:
        assert len(hdus["CLASSES"].data) == hdus["CLASSMAP"].data.max() == 2
    assert call("plot", record["files"]["classmap.fits"], "-o", tmp_path / "again").exit_code == 0


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("model_cluster", lambda a: a[:2]),
        ("model_cluster", lambda a: a * 0),
        ("scaling/deviation", lambda a: a[:-1]),
        ("wavelength", lambda a: a + 0.3),
        ("wavelength", lambda a: a[:-2]),
        ("grid", lambda a: a[:, :0]),
        ("grid", lambda a: a[:, ::-1]),
        ("grid", lambda a: a[:2]),
        ("class_means", lambda a: a[:, :-1]),
        ("model/centroids", lambda a: a[:, :-1]),
    ],
)
def test_result_whose_parts_do_not_fit(tmp_path: Path, sky_file: Path, name: str, change: Callable) -> None:
    result = fitted(sky_file, "kmeans", tmp_path, "--scale", "zscore")
    with h5py.File(result, "r+") as file:
        values = change(file[name][:])
        del file[name]
        file[name] = values
    refused(
        call("apply", result, sky_file, "-o", tmp_path / "out"), "lacks parts of a fitted model", "run the fit again"
    )


@pytest.mark.parametrize(
    "settings", [{"normalize_band": 3}, {"exclude": [1]}, {"min_snr": "x"}, {"seed": "x"}, {"n_clusters": 3.5}]
)
def test_result_whose_settings_are_none(tmp_path: Path, sky_file: Path, settings: dict) -> None:
    result = fitted(sky_file, "kmeans", tmp_path)
    with h5py.File(result, "r+") as file:
        record = json.loads(file.attrs["record"])
        record["settings"] |= settings
        file.attrs["record"] = json.dumps(record)
    refused(call("apply", result, sky_file, "-o", tmp_path / "out"), "sky_kmeans_result.h5")


def test_signal_to_noise_of_the_fit_can_be_changed(tmp_path: Path, sky: Sky, sky_file: Path) -> None:
    header = sky_header(sky)
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(sky.flux, header, name="DATA")]).writeto(tmp_path / "bare.fits")
    result = fitted(sky_file, "kmeans", tmp_path, "--min-snr", "3")
    refused(call("apply", result, tmp_path / "bare.fits", "-o", tmp_path), "--min-snr needs a variance")
    few, _ = applied(result, sky_file, tmp_path / "few", "--min-snr", "7")
    all_, _ = applied(result, sky_file, tmp_path / "all")
    assert np.count_nonzero(few) < np.count_nonzero(all_)


def test_result_of_an_application_can_be_applied(tmp_path: Path, sky_file: Path) -> None:
    first, _ = applied(fitted(sky_file, "gmm", tmp_path), sky_file, tmp_path)
    second, _ = applied(tmp_path / "sky_gmm-applied_result.h5", sky_file, tmp_path / "second")
    assert np.array_equal(first, second)


@pytest.mark.parametrize("combination", [["--pca", "5"], ["--sample", "200"], ["--pca", "5", "--sample", "200"]])
@pytest.mark.parametrize("method", ["kmeans", "ward"])
def test_combined_methods_can_be_applied(tmp_path: Path, sky_file: Path, method: str, combination: list[str]) -> None:
    result = fitted(sky_file, method, tmp_path, *combination)
    own = fits.getdata(tmp_path / f"sky_{method}_classmap.fits", "CLASSMAP")
    again, _ = applied(result, sky_file, tmp_path)
    assert np.mean(again == own) > 0.99


def changed(result: Path, **attributes: object) -> Path:
    with h5py.File(result, "r+") as file:
        file.attrs.update(attributes)
    return result


def test_no_such_result(tmp_path: Path, sky_file: Path) -> None:
    refused(call("apply", tmp_path / "none.h5", sky_file), "none.h5: no such file", "result.h5 of a run")


def test_result_that_is_no_hdf5(tmp_path: Path, sky_file: Path) -> None:
    refused(call("apply", sky_file, sky_file), "sky.fits: cannot be read as a result", "result.h5 of a run")


def test_hdf5_that_is_no_result(tmp_path: Path, sky_file: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["data"] = [1, 2]
    refused(call("apply", tmp_path / "other.h5", sky_file), "other.h5: is no result", "run the fit again")


@pytest.mark.parametrize("lost", ["grid", "wavelength", "class_means", "scaling/deviation", "model_cluster"])
def test_result_that_lacks_a_part(tmp_path: Path, sky_file: Path, lost: str) -> None:
    result = fitted(sky_file, "kmeans", tmp_path, "--scale", "zscore")
    with h5py.File(result, "r+") as file:
        del file[lost]
    refused(call("apply", result, sky_file, "-o", tmp_path / "out"), "lacks parts of a fitted model")
    assert not (tmp_path / "out").exists()


def test_result_that_lacks_its_model(tmp_path: Path, sky_file: Path) -> None:
    result = fitted(sky_file, "kmeans", tmp_path)
    with h5py.File(result, "r+") as file:
        del file["model/centroids"]
    refused(call("apply", result, sky_file, "-o", tmp_path / "out"), "lacks parts of a fitted model", "centroids")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("record", ["{", "[]", "{}", '{"settings": {"method": "nonsense"}}'])
def test_result_with_a_record_that_is_none(tmp_path: Path, sky_file: Path, record: str) -> None:
    result = changed(fitted(sky_file, "kmeans", tmp_path), record=record)
    refused(call("apply", result, sky_file, "-o", tmp_path / "out"), "sky_kmeans_result.h5")


def test_air_is_not_vacuum(tmp_path: Path, sky: Sky, sky_file: Path) -> None:
    header = sky_header(sky)
    header["CTYPE3"] = "WAVE"
    other = write_sky(tmp_path / "vacuum.fits", sky, header)
    refused(call("apply", fitted(sky_file, "kmeans", tmp_path), other), "in air", "in vacuum")


def test_cube_that_does_not_reach(tmp_path: Path, sky_file: Path) -> None:
    short = make_sky(wavelength=np.arange(7600.0, 8100.0, 12.5))
    path = write_sky(tmp_path / "short.fits", short)
    refused(call("apply", fitted(sky_file, "kmeans", tmp_path), path, "--resample"), "the model needs 7493.8:8243.8")


def test_flux_in_another_unit(tmp_path: Path, sky: Sky, sky_file: Path) -> None:
    header = sky_header(sky)
    header["BUNIT"] = "MJy/sr"
    other = write_sky(tmp_path / "other.fits", sky, header)
    bare = fitted(sky_file, "kmeans", tmp_path, "--normalize-band", "none")
    refused(call("apply", bare, other, "-o", tmp_path), "MJy/sr", "--normalize-band")
    normalized = fitted(sky_file, "kmeans", tmp_path / "normalized")
    applied(normalized, other, tmp_path)
