"""Planted spikes are found, lines and features of the sky are not."""

from dataclasses import replace

import numpy as np
import pytest

from cubeclust.cube import Cube
from cubeclust.preprocessing.spikes import MaskSpikes
from cubeclust.spectra import Spectra

SIDE, N_WAVE, NOISE = 12, 200, 1.0


def noisy(with_variance: bool = True) -> Spectra:
    flux = np.random.default_rng(0).normal(50, NOISE, (N_WAVE, SIDE, SIDE)).astype(np.float32)
    variance = np.full_like(flux, NOISE**2) if with_variance else None
    return Spectra.of(
        Cube(flux=flux, variance=variance, wavelength=5000 + 1.25 * np.arange(N_WAVE), frame=(SIDE, SIDE))
    )


def missing(spectra: Spectra) -> set[tuple[int, int]]:
    return {(int(row), int(channel)) for row, channel in np.argwhere(np.isnan(spectra.flux))}


@pytest.mark.parametrize("with_variance", [True, False])
def test_noise_alone_has_no_spikes(with_variance: bool) -> None:
    spectra = noisy(with_variance)
    assert MaskSpikes(8.0).apply(spectra) is spectra


@pytest.mark.parametrize("with_variance", [True, False])
def test_planted_spikes_of_either_sign_are_missing_and_counted(with_variance: bool) -> None:
    spectra = noisy(with_variance)
    planted = {(5, 40), (5, 43), (17, 100), (18, 100), (80, 1), (80, 198)}
    for number, (row, channel) in enumerate(sorted(planted)):
        spectra.flux[row, channel] += (-1) ** number * 25
    found = MaskSpikes(8.0).apply(spectra)
    assert missing(found) == planted
    if with_variance:
        assert np.isnan(found.variance[17, 100])
    [note] = found.notes
    assert note.startswith("6 single samples of 4 spectra stand out from their neighbors by 8 times their noise")
    assert np.isfinite(spectra.flux).all()


def test_lines_of_a_single_spaxel_stay() -> None:
    spectra = noisy()
    offset = np.arange(N_WAVE)[:, None] - np.array([50.0, 100.5, 150.2])  # on a channel, between two, beside one
    spectra.flux[30] += (200 * np.exp(-0.5 * (offset / 0.9) ** 2)).sum(axis=1)
    assert not missing(MaskSpikes(8.0).apply(spectra))


def test_what_spaxels_share_is_of_the_sky() -> None:
    spectra = noisy()
    side_by_side = [3 * SIDE + 3, 3 * SIDE + 4, 4 * SIDE + 3]
    spectra.flux[side_by_side, 70] += 40  # narrower than any line, in three spaxels that touch
    spectra.flux[:, 120] += 60
    assert not missing(MaskSpikes(8.0).apply(spectra))


def test_channels_beyond_a_gap_are_no_neighbors() -> None:
    spectra = noisy()
    spectra.flux[9, 100] += 40
    wavelength = spectra.wavelength.copy()
    wavelength[100:] += 500
    assert missing(MaskSpikes(8.0).apply(spectra)) == {(9, 100)}
    assert not missing(MaskSpikes(8.0).apply(replace(spectra, wavelength=wavelength)))


def test_a_variance_that_is_far_too_small_marks_no_noise() -> None:
    spectra = noisy()
    spectra.variance[:] = 1e-4
    assert not missing(MaskSpikes(8.0).apply(spectra))


@pytest.mark.parametrize("n_wave", [1, 2, 3])
def test_few_channels(n_wave: int) -> None:
    spectra = noisy().channels(np.arange(N_WAVE) < n_wave)
    assert MaskSpikes(8.0).apply(spectra) is spectra
