"""The steps of the preprocessing come in one order, however they are given."""

from pathlib import Path

import numpy as np
import pytest

import cubeclust.preprocessing as folder
from cubeclust.preprocessing.gaps import FillGaps
from cubeclust.preprocessing.normalize import NormalizeBand
from cubeclust.preprocessing.spaxels import KeepArea, LeaveOut, SignalToNoise
from cubeclust.preprocessing.steps import ORDER, in_order
from cubeclust.spectroscopy.windows import Window


def test_order_of_names() -> None:
    none = np.zeros((2, 2), np.int32)
    steps = {
        "gaps": FillGaps(0.1),
        "noise": SignalToNoise(None),
        "band": NormalizeBand(Window(1.0, 2.0)),
        "mask": LeaveOut(none),
        "region": KeepArea(none),
        "velocities": LeaveOut(none),
    }
    assert list(in_order(steps)) == ["region", "mask", "velocities", "band", "noise", "gaps"]


def test_a_step_without_a_place_is_an_error() -> None:
    class Other:
        def apply(self, spectra: object) -> object:
            return spectra

    with pytest.raises(ValueError, match="not in tuple"):
        in_order({"other": Other()})


def test_every_step_has_a_place() -> None:
    texts = [path.read_text() for path in Path(folder.__file__).parent.glob("*.py") if path.stem != "scaling"]
    steps = sum(text.count("def apply(self, spectra: Spectra)") for text in texts) - 1  # that of the protocol
    assert len(ORDER) == steps
