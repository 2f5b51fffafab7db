"""The draws of the model choice, and the choice for one of them."""

import numpy as np
import pytest

from benchmarks.fisher_selection import choice, draw
from cubeclust.fisher.models import MODELS


@pytest.mark.parametrize("model", ["AB", "DkB"])
def test_draw_has_two_directions_above_the_noise(model: str) -> None:
    """18 of 20 directions have the common noise of 0.5."""
    values = np.linalg.eigvalsh(np.cov(draw(MODELS[model], 0).T))
    assert values[:18].mean() == pytest.approx(0.5, rel=0.05)
    assert values[18:].min() > 2
    assert values[19] > 50


def test_choice_for_a_draw_is_right() -> None:
    assert choice(draw(MODELS["AB"], 0)) == ("AB", 3)
