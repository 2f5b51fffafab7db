"""What the directions of a discriminative subspace say about classes and wavelengths."""

import numpy as np
from jaxtyping import Float, Float64, Integer

from cubeclust.spectra import Spectra


def separation(embedding: Float[np.ndarray, "n d"], labels: Integer[np.ndarray, " n"]) -> Float64[np.ndarray, " d"]:
    """Share of the variance along each direction of embedding that the means of the classes hold.

    The first of two directions separates the classes, the second does not:

    >>> separation(np.array([[0.0, 1.0], [0.0, 2.0], [4.0, 1.0], [4.0, 2.0]]), np.array([0, 0, 1, 1]))
    array([1., 0.])
    """
    rows = embedding.astype(np.float64) - embedding.mean(axis=0, dtype=np.float64)
    between = np.zeros(rows.shape[1])
    for label in np.unique(labels):
        own = rows[labels == label]
        between += len(own) * own.mean(axis=0) ** 2
    total = np.square(rows).sum(axis=0)
    return np.divide(between, total, out=np.zeros_like(total), where=total > 0)


def structure(features: Spectra, embedding: Float[np.ndarray, "n d"]) -> Float64[np.ndarray, "n_wave d"]:
    """Correlation of each channel with each direction of embedding over the spectra.

    The structure coefficients of discriminant analysis: a loading is the filter that separates best, and has noise
    where channels repeat each other; its correlations show the features of the spectra that it follows. Products of a
    block are float32, sums over blocks float64; 0 for a channel that does not vary.
    """
    places = embedding - embedding.mean(axis=0, dtype=np.float64)
    center = features.flux.mean(axis=0, dtype=np.float64).astype(np.float32)
    crossed = np.zeros((features.n_wave, embedding.shape[1]))
    squares = np.zeros(features.n_wave)
    for rows in features.blocks():
        centered = features.flux[rows] - center
        crossed += centered.T @ places[rows].astype(np.float32)
        squares += np.einsum("ij,ij->j", centered, centered, dtype=np.float64)
    size = np.sqrt(np.outer(squares, np.square(places).sum(axis=0)))
    return np.divide(crossed, size, out=np.zeros_like(crossed), where=size > 0)
