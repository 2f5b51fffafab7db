"""The GPU gives the velocities that the CPU gives."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from cubeclust.redshift import estimate
from cubeclust.redshift_settings import RedshiftSettings
from cubeclust.simulate import simulate
from cubeclust.simulation_settings import SimulationSettings

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU here")


def test_same_velocities(tmp_path: Path) -> None:
    cube = simulate(SimulationSettings("ngc1068", tmp_path / "sky.fits", size=24, channels=1600))
    settings = RedshiftSettings(cube, device="cpu")
    here, there = estimate(settings), estimate(replace(settings, device="cuda"))
    agree = (here.flag == there.flag) & np.isfinite(here.velocity)
    assert agree.sum() > 0.99 * np.isfinite(here.velocity).sum()
    np.testing.assert_allclose(there.velocity[agree], here.velocity[agree], atol=0.5)
    np.testing.assert_allclose(there.error[agree], here.error[agree], rtol=0.05, atol=0.05)
