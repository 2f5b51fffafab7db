"""A GPU whose memory runs out while velocities are measured, with a stand-in for it."""

import gc
import weakref
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from commands import call, refused
from skies import make_galaxy, write_sky

from benchmarks.moving_spectra import moving_spectra, velocities
from cubeclust.kinematics.measure import Measured
from cubeclust.pipelines.redshift import spectrograph


def test_fewer_spectra_at_a_time_have_the_same_velocities(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what was made for the many is let go before the few are tried."""
    spectra, measure = moving_spectra(20, 800), spectrograph.measure
    expected = velocities(spectra, "cpu")
    sizes: list[int] = []
    made: list[weakref.ref] = []

    def scarce(flux: torch.Tensor, *others: object) -> Measured:
        gc.collect()
        assert not any(tensor() is not None for tensor in made)
        sizes.append(len(flux))
        if len(flux) > 100:
            copy = flux.clone()
            made.append(weakref.ref(copy))
            raise torch.OutOfMemoryError("CUDA out of memory")
        return measure(flux, *others)

    monkeypatch.setattr(spectrograph, "measure", scarce)
    monkeypatch.setitem(spectrograph._TOGETHER, "cpu", 256)
    found = velocities(spectra, "cpu")
    assert sizes[:3] == [256, 128, 64]
    assert sum(sizes[2:]) == len(spectra)
    for field in fields(Measured):
        np.testing.assert_allclose(getattr(found, field.name), getattr(expected, field.name), rtol=1e-3, atol=1e-3)


def test_memory_that_holds_no_spectrum_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*arguments: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    cube = write_sky(tmp_path / "galaxy.fits", make_galaxy(ny=7, nx=8, noise=0.5))
    monkeypatch.setattr(spectrograph, "measure", none)
    refused(call("redshift", cube, "-o", tmp_path / "velocity.fits"), "not enough memory to measure", "--device cpu")
    assert not (tmp_path / "velocity.fits").exists()
