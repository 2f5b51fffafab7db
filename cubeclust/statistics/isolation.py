"""Spectra that stand alone: far from all others, by the distances that are usual where they lie."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Integer

from cubeclust.spectra import Spectra

_COMPANIONS = 4  # others that make a spectrum one of a population of five
_NEAREST = 10  # references whose own distances state what is usual
_REFERENCES = 1024  # spectra that all are compared with
_FAR = 5.0  # times the usual distance


@dataclass(frozen=True)
class Scaled:
    """Spectra whose channels are divided by `unit` (n_wave,), a block at a time."""

    spectra: Spectra
    unit: Float[np.ndarray, " n_wave"]

    def __getitem__(self, rows: slice | Integer[np.ndarray, " n"]) -> Float32[np.ndarray, "n n_wave"]:
        return self.spectra.flux[rows] * (1 / self.unit).astype(np.float32)


def alone(spectra: Spectra, noise: Float[np.ndarray, " n_wave"]) -> Bool[np.ndarray, " n"]:
    """Which spectra stand alone; distances are in units of the noise (n_wave,), a typical standard deviation.

    A spectrum does so if fewer than four others lie within five times the distance that is usual around it: the
    median, over its ten nearest references, of the distance from each to its fourth nearest reference, and no less
    than two spectra of noise alone have (in the manner of the local outlier factor; Breunig et al. 2000, SIGMOD 29,
    93). Five spectra near each other therefore never do, however far from all others they lie. References are 1,024
    spectra at most, so that the time grows as n; what they take for alone is compared with all spectra.
    """
    data, n = Scaled(spectra, noise), len(spectra)
    if n <= _COMPANIONS + 1:
        return np.zeros(n, bool)
    places = np.sort(np.random.default_rng(0).permutation(n)[:_REFERENCES])
    references = data[places]
    between = distances(references, references)
    np.fill_diagonal(between, np.inf)
    reach = _FAR * np.maximum(_usual(between, _fourth(between)), np.sqrt(2 * spectra.n_wave))
    reaches, far = np.empty(n), np.empty(n, bool)
    reaches[places], far[places] = reach, _fourth(between) > reach
    others = np.setdiff1d(np.arange(n), places)
    for start in range(0, len(others), _REFERENCES):
        rows = others[start : start + _REFERENCES]
        apart = distances(data[rows], references)
        reaches[rows] = _FAR * np.maximum(_usual(apart, _fourth(between)), np.sqrt(2 * spectra.n_wave))
        far[rows] = _fourth(apart) > reaches[rows]
    candidates = np.flatnonzero(far)
    out = np.zeros(n, bool)
    out[candidates] = _companions(data, candidates, reaches[candidates]) < _COMPANIONS
    return out


def _fourth(apart: Float[np.ndarray, "n m"]) -> Float[np.ndarray, " n"]:
    """Fourth smallest distance of each row, or the largest of fewer."""
    place = min(_COMPANIONS, apart.shape[1]) - 1
    return np.partition(apart, place, axis=1)[:, place]


def _usual(apart: Float[np.ndarray, "n m"], fourth: Float[np.ndarray, " m"]) -> Float[np.ndarray, " n"]:
    """Median, over the ten nearest references of each row, of their own fourth distances."""
    number = min(_NEAREST, apart.shape[1])
    return np.median(fourth[np.argpartition(apart, number - 1, axis=1)[:, :number]], axis=1)


def _companions(
    data: Scaled, candidates: Integer[np.ndarray, " n"], reach: Float[np.ndarray, " n"]
) -> Integer[np.ndarray, " n"]:
    """Number of other spectra within the reach of each candidate."""
    near = np.full(len(candidates), -1)  # itself
    for start in range(0, len(candidates), _REFERENCES):
        part = slice(start, start + _REFERENCES)
        own = data[candidates[part]]
        for rows in data.spectra.blocks():
            near[part] += np.count_nonzero(distances(data[rows], own) <= reach[part], axis=0)
    return near


def distances(first: Float32[np.ndarray, "n d"], second: Float32[np.ndarray, "m d"]) -> Float[np.ndarray, "n m"]:
    """Euclidean distance of each row of first from each of second; products are float32, about the mean of second."""
    center = second.mean(axis=0)
    one, other = first - center, second - center
    squares = (one @ (-2 * other.T)).astype(np.float64)
    squares += np.einsum("ij,ij->i", one, one, dtype=np.float64)[:, None]
    squares += np.einsum("ij,ij->i", other, other, dtype=np.float64)
    return np.sqrt(np.maximum(squares, 0))
