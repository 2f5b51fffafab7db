"""Bins gather faint spaxels up to a signal to noise; their spectra are means."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from skies import make_sky, write_sky

from cubeclust.io.cubes.cube_file import open_cube
from cubeclust.io.cubes.row_blocks import RowBlocks
from cubeclust.kinematics.measure import Measured
from cubeclust.pipelines.redshift.bins import binned_spectra, faint_bins
from cubeclust.runtime.progress import Silent

Y, X = (places.ravel() for places in np.indices((16, 16)))


def measured(gas: np.ndarray | float, stars: np.ndarray | float = 0.0) -> Measured:
    """Signal to noise of gas and stars of each spaxel."""
    values = {f.name: np.zeros(len(Y)) for f in fields(Measured)}
    values |= dict.fromkeys(("flux", "flux_error"), np.zeros((len(Y), 0)))
    return Measured(**values | {"gas_snr": gas + np.zeros(len(Y)), "stars_snr": stars + np.zeros(len(Y))})


@pytest.mark.parametrize(("gas", "stars"), [(2.0, 0.0), (0.0, 2.0), (2.0, 1.0)])
def test_squares_add_up_to_the_target(gas: float, stars: float) -> None:
    """256 spaxels of 2 each make 16 bins of 8: 16 spaxels, whether gas or stars."""
    bins = faint_bins(Y, X, measured(gas, stars), np.ones(256, bool), 8.0)
    counts = np.bincount(bins)
    assert len(counts) == pytest.approx(16, abs=3)
    assert counts.sum() == 256
    assert np.median(2 * np.sqrt(counts)) == pytest.approx(8, rel=0.15)


def test_bins_are_patches() -> None:
    bins = faint_bins(Y, X, measured(2.0), np.ones(256, bool), 8.0)
    for number in range(bins.max() + 1):
        spread = np.hypot(Y[bins == number].std(), X[bins == number].std())
        assert spread < 2.5, "16 spaxels in a square have a spread of 1.6"


def test_only_faint_spaxels_that_show_some_light() -> None:
    bright, dark = X < 4, X >= 10
    snr = np.where(bright, 50.0, np.where(dark, 0.01, 2.0))
    bins = faint_bins(Y, X, measured(snr), ~bright, 8.0)
    assert (bins[bright] == -1).all()
    assert (bins[X >= 11] == -1).all()
    assert (bins[(X >= 4) & (X < 10)] >= 0).all()


def test_too_little_light_for_two_bins_is_one() -> None:
    bins = faint_bins(Y, X, measured(2.0), Y < 2, 12.0)
    np.testing.assert_array_equal(bins, np.where(Y < 2, 0, -1))


@pytest.mark.parametrize("faint", [0, 1])
def test_one_spaxel_is_no_bin(faint: int) -> None:
    assert (faint_bins(Y, X, measured(2.0), np.arange(256) < faint, 8.0) == -1).all()


@pytest.mark.parametrize("rows", [1, 12])
def test_spectra_of_bins_are_means(tmp_path: Path, rows: int) -> None:
    sky = make_sky(ny=12, nx=10, n_wave=20)
    sky.flux[3, 2, 2] = np.nan
    sky.flux[5, :4] = np.nan
    cube_file = open_cube(write_sky(tmp_path / "sky.fits", sky))
    room = rows * 2 * 2 * 4 * 20 * 10
    blocks = RowBlocks.of(cube_file, (slice(0, 12), slice(0, 10)), np.zeros((12, 10), bool), room, Silent())
    bins = np.full((12, 10), -1)
    bins[:4, :5], bins[6:, 2:] = 0, 1
    spectra = binned_spectra(blocks, bins)
    variance = np.where(np.isnan(sky.flux), np.nan, sky.variance)
    for number in (0, 1):
        inside = bins == number
        flux = sky.flux[:, inside].astype(float)
        known = np.isfinite(flux).sum(axis=1)
        with np.errstate(invalid="ignore"):
            np.testing.assert_allclose(
                spectra.flux[number], np.nansum(flux, axis=1) / np.where(known, known, np.nan), rtol=1e-5
            )
            expected = np.nansum(variance[:, inside], axis=1) / np.where(known, known, np.nan) ** 2
        np.testing.assert_allclose(spectra.variance[number], expected, rtol=1e-5)
    assert np.isnan(spectra.flux[0, 5])
    assert len(spectra) == 2


def test_cubes_without_a_variance(tmp_path: Path) -> None:
    sky = make_sky(ny=4, nx=4, n_wave=20)
    path = write_sky(tmp_path / "sky.fits", sky)
    with fits.open(path, mode="update") as hdus:
        del hdus["STAT"]
    blocks = RowBlocks.of(open_cube(path), (slice(0, 4), slice(0, 4)), np.zeros((4, 4), bool), 10**6, Silent())
    spectra = binned_spectra(blocks, np.zeros((4, 4), int))
    assert spectra.variance is None
    np.testing.assert_allclose(spectra.flux[0], sky.flux.mean(axis=(1, 2)), rtol=1e-5)
