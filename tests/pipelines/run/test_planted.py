"""Rare populations that are planted in a field survive; a spectrum like no other gets no class of its own."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from skies import Sky, write_sky

from cubeclust import RunSettings, run
from cubeclust.quality import Quality

SIDE, N_WAVE = 60, 160
WAVELENGTH = 6400 + 1.25 * np.arange(N_WAVE)


def field() -> np.ndarray:
    """Flux (N_WAVE, SIDE, SIDE) of two populations, continuum 20 and noise 1."""
    flux = np.random.default_rng(2).normal(20, 1, (N_WAVE, SIDE, SIDE))
    flux[40:46, :, SIDE // 2 :] += 12
    return flux


def line(channel: float, height: float) -> np.ndarray:
    return height * np.exp(-0.5 * ((np.arange(N_WAVE) - channel) / 1.5) ** 2)


def maps(folder: Path, flux: np.ndarray, method: str, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Classes and quality (SIDE, SIDE) of a run with defaults."""
    sky = Sky(flux.astype(np.float32), np.ones(flux.shape, np.float32), np.zeros((SIDE, SIDE), int), WAVELENGTH)
    path = write_sky(folder / "field.fits", sky)
    made = run(RunSettings(path, method, {"n_clusters": k}, output=folder / "out")).files["classmap.fits"]
    return fits.getdata(made, "CLASSMAP"), fits.getdata(made, "QUALITY")


@pytest.mark.parametrize("method", ["gmm", "igmm", "fisher-em", "kmeans", "ward"])
def test_a_compact_source_of_nine_spaxels_has_its_class(tmp_path: Path, method: str) -> None:
    flux, profile = field(), np.array([[0.5, 0.7, 0.5], [0.7, 1, 0.7], [0.5, 0.7, 0.5]])
    flux[:, 29:32, 12:15] += (line(80, 60) + line(120, 40))[:, None, None] * profile
    planted = np.zeros((SIDE, SIDE), bool)
    planted[29:32, 12:15] = True
    classes, quality = maps(tmp_path, flux, method, 3)
    assert not quality.any()
    np.testing.assert_array_equal(classes == 3, planted)


@pytest.mark.parametrize("method", ["gmm", "igmm", "fisher-em", "kmeans"])
def test_five_equal_rare_spectra_are_a_class(tmp_path: Path, method: str) -> None:
    flux = field()
    y, x = np.array([3, 14, 30, 41, 55]), np.array([50, 8, 33, 20, 47])
    flux[:, y, x] = np.random.default_rng(3).normal(20, 1, (N_WAVE, 5)) + line(100, 80)[:, None]
    planted = np.zeros((SIDE, SIDE), bool)
    planted[y, x] = True
    classes, quality = maps(tmp_path, flux, method, 3)
    assert not quality.any()
    np.testing.assert_array_equal(classes == 3, planted)


@pytest.mark.parametrize("method", ["gmm", "kmeans"])
def test_spikes_and_a_damaged_spectrum_make_no_class(tmp_path: Path, method: str) -> None:
    flux = field()
    flux[70, 10, 10] += 5000  # a single damaged sample
    flux[20:60, 40, 15] += 900  # a damaged spectrum
    classes, quality = maps(tmp_path, flux, method, 2)
    halves = np.where(np.arange(SIDE) >= SIDE // 2, 2, 1) * np.ones((SIDE, 1), int)
    wrong = classes != halves if classes[0, 0] == 1 else classes != 3 - halves
    assert np.count_nonzero(wrong & (quality == 0)) == 0
    assert np.argwhere(quality == Quality.OUTLIER).tolist() == [[40, 15]]
    assert classes[40, 15] > 0
