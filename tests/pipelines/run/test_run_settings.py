"""Settings that Python callers give are checked as the command line's are."""

import dataclasses
from pathlib import Path

import pytest

from cubeclust import InputError, RunSettings
from cubeclust.methods import METHODS
from cubeclust.settings import option_fields


@pytest.mark.parametrize(
    "settings",
    [
        {"normalize_band": "none"},
        {"variance_kind": "sigma"},
        {"scale": "z"},
        {"redshift": "vel.fits"},
        {"velocity_unit": "mph"},
        {"velocity_hdu": "GAS"},
        {"velocity_zero": 0.0},
        {"device": "gpu"},
        {"crop": (-3, 0, 0, 0)},
        {"crop": (1, 2)},
        {"memory": "4GB"},
        {"export": "ds9"},
        {"export": ("carta",)},
        {"max_nan": 2.0},
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: dict) -> None:
    (name,) = settings
    with pytest.raises(InputError, match="--" + name.replace("_", "-")):
        RunSettings(Path("cube.fits"), **settings)


def test_unknown_method_is_refused() -> None:
    with pytest.raises(InputError, match="mmd-ovo"):
        RunSettings(Path("cube.fits"), "nonsense").fit.clusterer()


@pytest.mark.parametrize("name", METHODS)
def test_no_option_of_a_method_hides_one_of_the_run(name: str) -> None:
    of_the_run = {field.name for field in dataclasses.fields(RunSettings)}
    assert not of_the_run & {field.name for field in option_fields(METHODS[name].load())}
