"""Spectra like no other are set apart; five of a kind, a gradient and a compact source are not."""

from dataclasses import replace

import numpy as np
import pytest

from cubeclust.cube import Cube
from cubeclust.preprocessing.outliers import SetOutliersApart
from cubeclust.quality import Quality
from cubeclust.spectra import Spectra

SIDE, N_WAVE = 30, 100


def field(with_variance: bool = True, side: int = SIDE) -> Spectra:
    """Two populations and noise of 1."""
    random = np.random.default_rng(1)
    flux = random.normal(0, 1, (N_WAVE, side, side))
    flux[30:40, :, side // 2 :] += 8
    variance = np.ones_like(flux, np.float32) if with_variance else None
    return Spectra.of(
        Cube(
            flux=flux.astype(np.float32),
            variance=variance,
            wavelength=5000.0 + np.arange(N_WAVE),
            frame=(side, side),
        )
    )


def apart(spectra: Spectra, treatment: str = "label") -> list[int]:
    done = SetOutliersApart(treatment).apply(spectra)
    flagged = np.flatnonzero(done.quality[spectra.y, spectra.x] & Quality.OUTLIER)
    assert len(done) == len(spectra) - (len(flagged) if treatment == "leave-out" else 0)
    return flagged.tolist()


@pytest.mark.parametrize("with_variance", [True, False])
def test_populations_of_noise_have_no_outliers(with_variance: bool) -> None:
    spectra = field(with_variance)
    assert SetOutliersApart("label").apply(spectra) is spectra


@pytest.mark.parametrize("with_variance", [True, False])
@pytest.mark.parametrize("side", [SIDE, 40])  # fewer spectra than references, and more
@pytest.mark.parametrize("number", [1, 4, 5])
def test_fewer_than_five_of_a_kind_are_outliers(number: int, side: int, with_variance: bool) -> None:
    spectra = field(with_variance, side)
    rows = np.linspace(40, side**2 - 40, number).astype(int)
    spectra.flux[rows, 60:80] += 40
    assert apart(spectra) == (rows.tolist() if number < 5 else [])


def test_a_spectrum_of_large_noise_is_an_outlier_and_fainter_ones_are_not() -> None:
    spectra = field()
    spectra.flux[100] *= 10
    spectra.flux[200:203] *= 3
    assert apart(spectra) == [100]


def test_a_steep_gradient_is_a_population() -> None:
    """Spectra that each differ from all others by far more than noise, as in a bright nucleus."""
    spectra = field()
    y, x = spectra.y - SIDE / 2, spectra.x - SIDE / 2
    spectra.flux[:, 50:70] += (500 * np.exp(-0.5 * np.hypot(y, x) / 4))[:, None]
    assert not apart(spectra)


def test_a_compact_source_of_nine_spaxels_is_kept() -> None:
    spectra = field(side=60)
    off = np.hypot(spectra.y - 30, spectra.x - 30)
    spectra.flux[:, 60:64] += (60 * np.exp(-0.5 * (off / 0.9) ** 2))[:, None]
    assert not apart(spectra)


def test_outliers_come_last_and_do_not_enter() -> None:
    spectra = field()
    spectra.flux[7, 60:80] += 40
    done = SetOutliersApart("label").apply(spectra)
    assert (done.y[-1], done.x[-1]) == (spectra.y[7], spectra.x[7])
    entering = done.entering()
    assert len(entering) == len(spectra) - 1
    assert np.shares_memory(entering.flux, done.flux)
    np.testing.assert_array_equal(entering.flux, np.delete(spectra.flux, 7, axis=0))
    np.testing.assert_array_equal(done.variance[-1], spectra.variance[7])
    [note] = done.notes
    assert note.startswith("1 spectra are like no other: they did not enter the fit, and have the class")


def test_left_out_spectra_are_dropped() -> None:
    spectra = field()
    spectra.flux[7, 60:80] += 40
    assert apart(spectra, "leave-out") == [7]


def test_identical_spectra_are_no_measure_of_what_is_usual() -> None:
    """As where a cube repeats its spaxels."""
    spectra = field()
    repeated = replace(spectra, flux=np.repeat(spectra.flux[::10], 10, axis=0))
    assert not apart(repeated)


def test_two_channels_without_variance_are_not_searched() -> None:
    spectra = field(with_variance=False).channels(np.arange(N_WAVE) < 2)
    done = SetOutliersApart("label").apply(spectra)
    assert done.notes == ("spectra of one or two channels without variance are not searched for outliers",)
