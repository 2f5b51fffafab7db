"""Means of the classes, and the class whose mean is nearest."""

import numpy as np
from jaxtyping import Float, Float64, Integer

from cubeclust.spectra import Spectra


def class_means(
    spectra: Spectra, labels: Integer[np.ndarray, " n"], n_classes: int
) -> Float64[np.ndarray, "n_classes n_wave"]:
    """Mean of the spectra of each label 0..n_classes-1, sums over blocks in float64."""
    weights = np.zeros((len(spectra), n_classes), np.float32)
    labeled = np.flatnonzero(labels >= 0)
    weights[labeled, labels[labeled]] = 1
    return weighted_means(spectra, weights)


def weighted_means(spectra: Spectra, weights: Float[np.ndarray, "n k"]) -> Float64[np.ndarray, "k n_wave"]:
    """Sum over rows of weights times flux, divided by the sum of the weights.

    Products of a block are float32, sums over blocks float64; NaN where a weight's sum is 0.
    """
    sums = np.zeros((weights.shape[1], spectra.n_wave))
    for rows in spectra.blocks():
        sums += weights[rows].astype(np.float32).T @ spectra.flux[rows]
    mass = weights.sum(axis=0, dtype=np.float64)
    return sums / np.where(mass > 0, mass, np.nan)[:, None]


def squared_distances(spectra: Spectra, means: Float[np.ndarray, "k n_wave"]) -> Float64[np.ndarray, "n k"]:
    """Squared distance of each spectrum from each mean (k, n_wave).

    |x - c|^2 - 2 (x - c) . (m - c) + |m - c|^2 with the center c of the means; products are float32.
    """
    center = means.mean(axis=0)
    offset, single = means - center, center.astype(np.float32)
    squares = np.empty((len(spectra), len(means)))
    for rows in spectra.blocks():
        flux = spectra.flux[rows] - single
        squares[rows] = -2 * (flux @ offset.astype(np.float32).T)
        squares[rows] += np.einsum("ij,ij->i", flux, flux, dtype=np.float64)[:, None]
    return np.maximum(squares + np.square(offset).sum(axis=1), 0)


def nearest_mean(spectra: Spectra, means: Float[np.ndarray, "k n_wave"]) -> Integer[np.ndarray, " n"]:
    """Row of means that is nearest to each spectrum."""
    return squared_distances(spectra, means).argmin(axis=1)
