"""Pairs of classes that one population explains, planted and not."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from cubeclust.classes.spectra import ClassSpectra
from cubeclust.evaluation.similar_classes import PROBABILITY, SimilarPair, similar_pairs
from cubeclust.spectra import Spectra

SIDE, N_WAVE, SIGMA = 24, 120, 0.1
SHARED = 0.2  # of its noise that a spaxel adds to each of its neighbors


def noise(seed: int = 0, smooth: float = 0, shared: float = 0, side: int = SIDE, n_wave: int = N_WAVE) -> np.ndarray:
    """Noise (side^2, n_wave) of deviation SIGMA, smooth along the wavelength, with a part that neighbors share."""
    values = np.random.default_rng(seed).standard_normal((side, side, n_wave))
    if smooth:
        values = gaussian_filter1d(values, smooth, axis=2, mode="wrap")
    for axis in (0, 1):
        values = values + shared * np.roll(values, 1, axis)
    return SIGMA * (values / values.std()).reshape(-1, n_wave)


def spectra_of(flux: np.ndarray, variance: float | None = SIGMA**2) -> Spectra:
    """Spectra about 1 of a square field."""
    side = int(np.sqrt(len(flux)))
    y, x = np.indices((side, side)).reshape(2, -1)
    flux = (1 + flux).astype(np.float32)
    return Spectra(
        flux=flux,
        variance=None if variance is None else np.full_like(flux, variance),
        wavelength=5000.0 + np.arange(flux.shape[1]),
        y=y,
        x=x,
        quality=np.zeros((side, side), np.int32),
        snr=np.full(len(flux), np.nan, np.float32),
    )


def similar(flux: np.ndarray, labels: np.ndarray, variance: float | None = SIGMA**2) -> list[SimilarPair]:
    spectra = spectra_of(flux, variance)
    return similar_pairs(spectra, labels, ClassSpectra.of(spectra, labels, int(labels.max()) + 1), seed=0)


def names(pairs: list[SimilarPair]) -> list[tuple[int, int, str]]:
    return [(pair.first, pair.second, pair.reason) for pair in pairs]


def bump(size: float) -> np.ndarray:
    """A line (n_wave,) of that many SIGMA, all channels together."""
    line = np.exp(-0.5 * ((np.arange(N_WAVE) - 50) / 2) ** 2)
    return size * SIGMA * line / np.linalg.norm(line)


def halves() -> np.ndarray:
    """Labels 0 on the left, 1 on the right."""
    return (np.arange(SIDE**2) % SIDE >= SIDE // 2).astype(int)


variances = pytest.mark.parametrize("variance", [SIGMA**2, None])
fields = pytest.mark.parametrize("field", [{}, {"smooth": 1.5}, {"shared": SHARED}, {"smooth": 1.5, "shared": SHARED}])


@variances
@fields
def test_labels_at_random_are_one_population(field: dict, variance: float | None) -> None:
    labels = np.random.default_rng(1).permutation(np.repeat([0, 1, 2], [400, 166, 10]))
    assert names(similar(noise(**field), labels, variance)) == [(1, 2, "errors"), (1, 3, "errors"), (2, 3, "errors")]


@variances
@fields
def test_population_cut_through_its_noise_is_one(field: dict, variance: float | None) -> None:
    """Along its widest direction, where the means differ by tens of their errors; beside the classes they do not."""
    flux = noise(**field)
    widest = np.linalg.svd(flux - flux.mean(axis=0), full_matrices=False)[2][0]
    place = flux @ widest
    (pair,) = similar(flux, (place > np.quantile(place, 0.6)).astype(int), variance)
    assert (pair.first, pair.second, pair.reason) == (1, 2, "cut")
    assert pair.probability < 1e-20
    assert pair.beside == pytest.approx(0, abs=0.2)


def test_classes_of_other_noise_have_one_mean() -> None:
    """A ring three times as noisy as the field within, with noise that neighbors share and the variance leaves out."""
    y, x = np.indices((SIDE, SIDE)).reshape(2, -1)
    ring = np.hypot(y - SIDE / 2, x - SIDE / 2) > 9
    flux = np.where(ring, 3, 1)[:, None] * noise(shared=SHARED)
    assert names(similar(flux, ring.astype(int))) == [(1, 2, "errors")]


@variances
@pytest.mark.parametrize("size", [1.5, 3, 30])
def test_regions_that_differ_are_two(size: float, variance: float | None) -> None:
    """By less than the scatter of their spectra, too: the means of many tell them apart, and so do those beside."""
    labels = halves()
    assert similar(noise(shared=SHARED) + labels[:, None] * bump(size), labels, variance) == []


def test_populations_that_are_mixed_on_the_sky_are_two() -> None:
    """Nothing lies beside them, but single spectra show the difference."""
    labels = np.random.default_rng(1).integers(0, 2, SIDE**2)
    assert similar(noise() + labels[:, None] * bump(8), labels) == []


def test_only_the_pair_of_one_population_is_named() -> None:
    regions = halves()
    labels = np.where(regions == 1, 2, np.random.default_rng(1).integers(0, 2, SIDE**2))
    assert names(similar(noise() + regions[:, None] * bump(8), labels)) == [(1, 2, "errors")]


def test_classes_that_are_tiny_or_none_have_no_part() -> None:
    labels = np.random.default_rng(1).permutation(np.repeat([-1, 0, 1, 2], [100, 300, 171, 5]))
    assert names(similar(noise(), labels)) == [(1, 2, "errors")]


def test_spectra_without_scatter() -> None:
    labels = halves()
    assert similar(labels[:, None] * bump(1), labels, None) == []
    (pair,) = similar(np.zeros((SIDE**2, N_WAVE)), labels, None)
    assert (pair.reason, pair.chi2, pair.probability) == ("errors", 0, 1)


@pytest.mark.parametrize("smooth", [0, 2])
@pytest.mark.parametrize("sizes", [(98, 98), (176, 20)])
def test_probability_is_one_of_chance(smooth: float, sizes: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of pairs with one mean, a share p has a probability under p: smooth noise and small classes are accounted for."""
    monkeypatch.setattr("cubeclust.evaluation.similar_classes.PROBABILITY", -1.0)
    found = []
    for seed in range(150):
        labels = np.random.default_rng(seed).permutation(np.repeat([0, 1], sizes))
        flux = noise(seed, smooth, side=14, n_wave=60)
        found += [pair.probability for pair in similar(flux, labels, None)]
    assert len(found) == 150
    assert np.mean(np.array(found) < 0.1) == pytest.approx(0.1, abs=0.07)
    assert np.mean(np.array(found) < 0.5) == pytest.approx(0.5, abs=0.13)
    assert np.mean(np.array(found) < PROBABILITY) < 0.03
