"""A declared setting is checked, read and referred to by its declaration."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest

from cubeclust import InputError, RunSettings
from cubeclust.settings import (
    Bytes,
    Crop,
    Declaration,
    Names,
    as_in,
    check,
    declaration,
    from_json,
    option_fields,
    setting,
)
from cubeclust.spectroscopy.windows import Window


@dataclass(frozen=True)
class Study:
    """One setting of each kind."""

    cube: Annotated[Path, Declaration("File.", argument=True)]
    count: int | None = setting(None, "Count.", minimum=1, maximum=9)
    share: float = setting(0.5, "Share.", above=0)
    band: Window | Literal["auto"] | None = setting("auto", "Band.")
    medium: Literal["air", "vacuum"] = setting("air", "Medium.")
    crop: Crop = setting((0, 0, 0, 0), "Crop.", minimum=0)
    keep: Names = setting((), "Flags.", choices=("far", "faint"))
    memory: Bytes | None = setting(None, "Memory.")
    again: bool = setting(False, "Again.")
    class_number: int = setting(1, "Class.", name="class")
    command: str = ""

    def __post_init__(self) -> None:
        check(self)


@pytest.mark.parametrize(
    "given",
    [
        {"count": np.int64(9)}, {"share": 1}, {"share": np.float32(0.1)}, {"band": Window(1, 2)}, {"band": None},
        {"medium": "vacuum"}, {"crop": (1, 2, 3, 4)}, {"keep": ("far",)}, {"memory": 10**400}, {"command": 3},
    ],
)  # fmt: skip
def test_what_fits_is_taken(given: dict[str, Any]) -> None:
    Study(Path("a.fits"), **given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"cube": "a.fits"}, "cube is 'a.fits': give a Path"),
        ({"count": 2.0}, "--count is 2.0: give a whole number or None"),
        ({"count": True}, "--count is True: give a whole number or None"),
        ({"count": 0}, "--count is 0: give a value of at least 1"),
        ({"count": 10}, "--count is 10: give a value of at most 9"),
        ({"share": 0.0}, "--share is 0.0: give a value above 0"),
        ({"share": float("nan")}, "--share is nan: give a value that is a finite number"),
        ({"band": "none"}, "--band is 'none': give a Window or 'auto' or None"),
        ({"medium": "water"}, "--medium is 'water': give 'air' or 'vacuum'"),
        ({"crop": (1, 2)}, "--crop is (1, 2): give a tuple of 4, each a whole number"),
        ({"crop": (1, 2, -3, 4)}, "--crop is -3: give a value of at least 0"),
        ({"keep": "far"}, "--keep is 'far': give a tuple of any number, each a text"),
        ({"keep": ("far", "blue")}, "--keep is 'blue': choose one of far, faint"),
        ({"memory": "4GB"}, "--memory is '4GB': give a whole number or None"),
        ({"again": 1}, "--again is 1: give True or False"),
        ({"class_number": "1"}, "--class is '1': give a whole number"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_cure(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        Study(**{"cube": Path("a.fits")} | given)
    assert str(caught.value) == f"{words}."


def test_a_reference_is_the_declaration_but_for_what_it_changes() -> None:
    @dataclass(frozen=True)
    class Other:
        count: int | None = as_in(Study, "count", maximum=99)

    (field,) = option_fields(Other)
    assert field.default is None
    assert declaration(field) == Declaration("Count.", minimum=1, maximum=99)


def test_settings_come_back_from_json() -> None:
    settings = RunSettings(
        Path("cube.fits"), "ward", {"n_clusters": 3}, Path("out"), (1, 2, 3, 4), window=(Window(1, 2), Window(3, 4)),
        redshift=Path("velocity.fits"), min_snr=3, normalize_band=Window(5, 6.5), export=("ds9", "csv"), memory=10**9,
    )  # fmt: skip
    assert RunSettings.of(settings.record()).record() == settings.record()
    assert RunSettings.of(settings.record() | {"redshift": "auto", "normalize_band": None}).redshift == "auto"
    assert from_json(Window | Literal["auto"] | None, "auto") == "auto"
