"""Faint spaxels gathered into bins that are measured together."""

from dataclasses import replace

import numpy as np

from cubeclust.io.cubes.row_blocks import RowBlocks
from cubeclust.kinematics.measure import Measured
from cubeclust.spectra import Spectra

_LARGEST = 400  # spaxels of a bin: what is fainter stays unmeasured


def faint_bins(y: np.ndarray, x: np.ndarray, measured: Measured, faint: np.ndarray, target: float) -> np.ndarray:
    """Number (n,) of the bin of each faint spaxel at y, x (n,), from 0; -1 for the others and where there is no light.

    Bins grow until the lines have a signal to noise of `target`, whether those of gas or of stars: the squares of what
    single spaxels show, smoothed over their neighbors, add up (PowerBin: Cappellari 2025, MNRAS 544, 1432).
    """
    from powerbin import PowerBin

    rows = np.flatnonzero(faint)
    bins = np.full(len(faint), -1, np.int32)
    if len(rows) < 2:
        return bins
    capacity = _capacity(y, x, measured)[rows]
    bright = capacity > target**2 / _LARGEST
    rows, capacity = rows[bright], capacity[bright]
    if capacity.sum() <= target**2 or len(rows) < 2:
        bins[rows] = 0
        return bins
    places = np.column_stack([x[rows], y[rows]]).astype(float)
    bins[rows] = PowerBin(places, capacity, target**2, pixelsize=1.0, verbose=0).bin_num
    return bins


def _capacity(y: np.ndarray, x: np.ndarray, measured: Measured) -> np.ndarray:
    """Squared signal to noise (n,) that each spaxel adds to its bin, the mean over it and its eight neighbors."""
    squares = np.maximum(np.nan_to_num(measured.gas_snr), np.nan_to_num(measured.stars_snr)) ** 2
    image = np.zeros((y.max() + 3, x.max() + 3))
    known = np.zeros_like(image)
    image[y + 1, x + 1], known[y + 1, x + 1] = squares, 1
    steps = [(dy, dx) for dy in (0, 1, 2) for dx in (0, 1, 2)]
    total, count = (np.sum([each[y + dy, x + dx] for dy, dx in steps], axis=0) for each in (image, known))
    return total / count


def binned_spectra(blocks: RowBlocks, bins: np.ndarray) -> Spectra:
    """Mean spectrum of each bin of an image (NY, NX) of their numbers, -1 for none; variances of means."""
    number = int(bins.max()) + 1
    sums: dict[str, np.ndarray] = {}
    last: Spectra | None = None
    for spectra in blocks:
        last = spectra
        for index in np.unique(bins[spectra.y, spectra.x]):
            if index >= 0:
                _add(sums, spectra, bins[spectra.y, spectra.x] == index, int(index), number)
    assert last is not None
    with np.errstate(all="ignore"):
        count = np.where(sums["count"] > 0, sums["count"], np.nan)
        flux = (sums["flux"] / count).astype(np.float32)
        variance = None if last.variance is None else (sums["variance"] / count**2).astype(np.float32)
    none = np.zeros(number, np.int64)
    return replace(last, flux=flux, variance=variance, y=none, x=none, snr=np.full(number, np.nan, np.float32))


def _add(sums: dict[str, np.ndarray], spectra: Spectra, rows: np.ndarray, index: int, number: int) -> None:
    """Add the chosen rows (n,) bool to the sums of a bin."""
    flux = spectra.flux[rows]
    known = np.isfinite(flux)
    parts = {"count": known, "flux": np.where(known, flux, 0)}
    if spectra.variance is not None:
        variance = spectra.variance[rows]
        known &= np.isfinite(variance)
        parts = {"count": known, "flux": np.where(known, flux, 0), "variance": np.where(known, variance, 0)}
    for name, values in parts.items():
        total = sums.setdefault(name, np.zeros((number, spectra.n_wave), np.float32))
        total[index] += values.sum(axis=0, dtype=np.float64)
