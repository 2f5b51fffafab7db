"""Objectives and gradients on a GPU are those of the CPU."""

import numpy as np
import pytest
import torch
from objectives import relative

from cubeclust.divergences.gemini import Pairs
from gpu_checks.objectives import DIVERGENCES, value_and_gradient


@pytest.mark.parametrize("name", DIVERGENCES)
@pytest.mark.parametrize("pairs", ["ova", "ovo"])
def test_objective_and_gradient(pairs: Pairs, name: str, device: str) -> None:
    if name == "Wasserstein":
        pytest.importorskip("ot", reason="POT is not installed")
    random = np.random.default_rng(0)
    data, logits = (torch.tensor(random.standard_normal((500, size))) for size in (40, 5))
    here, there = (value_and_gradient(name, pairs, data.to(each), logits.to(each)) for each in ("cpu", device))
    assert there[0] == pytest.approx(here[0], rel=1e-12)
    assert relative(there[1].cpu().numpy(), here[1].numpy()) < 1e-9
