"""The GPU gives the velocities that the CPU gives."""

import warnings

import numpy as np

from benchmarks.moving_spectra import moving_spectra, velocities
from cubeclust.kinematics.measure import Measured


def test_same_velocities(device: str) -> None:
    spectra = moving_spectra(20, 1600)
    here = velocities(spectra, "cpu")
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*deterministic")
        there = velocities(spectra, device)
    for tracer in ("gas", "stars"):
        compare(here, there, tracer)


def compare(here: Measured, there: Measured, tracer: str) -> None:
    """Velocities of what is seen, to half a km/s, and their errors; a few that are torn between two may jump."""
    seen = getattr(here, f"{tracer}_snr") > 5
    assert seen.sum() > 100
    off = np.abs(getattr(there, tracer) - getattr(here, tracer))[seen]
    close = off < 0.5
    assert close.mean() > 0.99
    errors = (getattr(each, f"{tracer}_error")[seen][close] for each in (there, here))
    np.testing.assert_allclose(*errors, rtol=0.05, atol=0.05)
