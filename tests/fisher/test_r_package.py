"""`compat r` against fits that FisherEM 1.6.1 made in R."""

import json
from math import isfinite
from pathlib import Path

import numpy as np
import pytest
import torch

from cubeclust.errors import InputError
from cubeclust.fisher.classes import Classes
from cubeclust.fisher.em import FisherFit, fit
from cubeclust.fisher.models import MODELS
from cubeclust.fisher.r_package import RPackage
from cubeclust.fisher.sample import Sample
from cubeclust.fisher.total import Total

PINS = np.load(Path(__file__).parents[1] / "reference" / "fisherem_iris.npz", allow_pickle=False)
FITS = {entry["id"]: entry for entry in json.loads(str(PINS["fits"]))}
FINISHED = [name for name, entry in FITS.items() if isfinite(float(entry["loglik"]))]
CUBE = [f"cube_K{k}_svd_{model}" for k in (2, 3, 4, 5, 6, 7, "8b") for model in ("DBk", "AkB")]
UNITS = {"irisX10": 10.0, "irisx0.01": 0.01}


def fitted(data: np.ndarray, start: np.ndarray, entry: dict) -> FisherFit:
    sample = Sample.of(torch.tensor(data), 1.0)
    rules = RPackage(sample, Total.of(sample, 0.0), entry["method"], entry["eps"])
    posterior = torch.tensor(np.eye(entry["K"])[start] if start.ndim == 1 else start)
    return fit(sample, posterior, MODELS[entry["model"]], rules, max_iter=entry["maxit"])


def iris(name: str) -> FisherFit:
    entry = FITS[name]
    start = PINS[f"{name}/init"] if f"{name}/init" in PINS else PINS["start"]
    if "soft" in name:
        start = 0.7 * np.eye(3)[PINS["start"]] + 0.1
    return fitted(PINS["data"] * UNITS.get(name.split("_", maxsplit=1)[0], 1.0), start, entry)


def assert_same(found: FisherFit, course: np.ndarray, posterior: np.ndarray, labels: np.ndarray) -> None:
    assert len(found.log_likelihoods) == len(course)
    np.testing.assert_allclose(found.log_likelihoods, course, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.posterior, posterior, rtol=0, atol=1e-8)
    assert np.array_equal(found.posterior.argmax(dim=1), labels)


@pytest.mark.parametrize("name", FINISHED)
def test_iris_as_in_r(name: str) -> None:
    assert_same(iris(name), PINS[f"{name}/loglik_all"], PINS[f"{name}/P"], PINS[f"{name}/cls"])


@pytest.mark.parametrize("name", CUBE)
def test_real_cube_as_in_r(name: str, shared: Path) -> None:
    """400 channels of 1,600 spectra of Abell 478, whose covariance is singular by their normalization."""
    with np.load(shared / "reference/fisherem/cube.npz", allow_pickle=False) as pins:
        entry = json.loads((shared / "reference/fisherem/cube.json").read_text())[name]
        start = pins[name.split("_svd", maxsplit=1)[0] + "_init/init"]
        found = fitted(pins["data_X"], start, entry)
        assert_same(found, pins[f"{name}/loglik_all"], pins[f"{name}/P"], pins[f"{name}/cls"])


def test_small_variances_end_the_fit_as_in_r() -> None:
    found = iris("irisx0.01_K3_svd_DkBk")
    assert found.degenerate
    assert len(found.log_likelihoods) == FITS["irisx0.01_K3_svd_DkBk"]["n_iter"]


def test_fewer_spectra_than_channels_end_the_fit_as_in_r() -> None:
    """With products of 1e2 and more the ridge of 0.5 is nothing, and the classes shrink to points."""
    random = np.random.default_rng(0)
    labels = np.arange(60) % 3
    data = 3 * random.standard_normal((3, 100))[labels] + random.standard_normal((60, 100))
    entry = {"model": "DkBk", "method": "svd", "K": 3, "eps": 1e-4, "maxit": 50}
    assert fitted(data, labels, entry).degenerate
    assert not fitted(0.1 * data, labels, entry).degenerate


def test_class_with_fewer_spectra_than_directions_ends_the_fit() -> None:
    """Its covariance is singular; R's density is not a number then, and the fit ends."""
    random = np.random.default_rng(3)
    labels = np.r_[np.arange(300) % 5, 5, 5, 5]
    data = 5 * random.standard_normal((6, 9))[labels] + random.standard_normal((303, 9))
    assert fitted(data, labels, {"model": "DkBk", "method": "svd", "K": 6, "eps": 1e-4, "maxit": 50}).degenerate


@pytest.mark.parametrize(("n", "step"), [(4, "svd"), (3, "gs")])
def test_what_r_cannot_fit_is_refused(n: int, step: str) -> None:
    with pytest.raises(InputError, match="channels; leave out"):
        fitted(PINS["data"][:n], np.array([0, 1, 0, 1])[:n], {"model": "DB", "method": step, "K": 2, "eps": 1e-4})


def test_class_of_one_spectrum_is_refused_as_in_r() -> None:
    start = np.r_[2, np.arange(149) % 2]
    with pytest.raises(InputError, match="a single spectrum"):
        fitted(PINS["data"], start, {"model": "DkBk", "method": "svd", "K": 3, "eps": 1e-4, "maxit": 50})


@pytest.mark.parametrize("name", [name for name in FINISHED if "K3_" in name])
def test_number_of_parameters_as_in_r(name: str) -> None:
    entry = FITS[name]
    assert MODELS[entry["model"]].n_parameters(3, 4, 2) == entry["comp"]


def test_fewer_spectra_than_channels_have_the_subspace_of_r() -> None:
    """The formula written out: left singular vectors of pinv(G G + I / 2) G T T' G, carried over by X'."""
    random = np.random.default_rng(5)
    labels = np.arange(24) % 4
    data = 0.05 * (2 * random.standard_normal((4, 40))[labels] + random.standard_normal((24, 40)))
    sample = Sample.of(torch.tensor(data), 1.0)
    classes = Classes.of(sample, torch.tensor(np.eye(4)[labels]))
    found = RPackage(sample, Total.of(sample, 0.0), "svd", 1e-4).loadings(classes, 3).numpy()
    x = data - data.mean(axis=0)
    gram, shares = x @ x.T, np.eye(4)[labels] / np.sqrt(6)
    ratio = np.linalg.pinv(gram @ gram + 0.5 * np.eye(24)) @ gram @ shares @ shares.T @ gram
    expected = np.linalg.svd(x.T @ np.linalg.svd(ratio)[0][:, :3])[0][:, :3]
    np.testing.assert_allclose(np.abs((found * expected).sum(axis=0)), 1, atol=1e-9)
