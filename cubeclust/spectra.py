"""Spectra as rows, with their place on the sky."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from astropy.wcs import WCS

from cubeclust import memory
from cubeclust.cube import Cube
from cubeclust.quality import Quality


@dataclass(frozen=True)
class Spectra:
    """Spectra of the spaxels that are kept, and why the others are not.

    flux          (n, n_wave) float32
    variance      (n, n_wave) float32 or None; NaN where flux was filled in
    wavelength    (n_wave,) float64, Angstrom
    y, x          (n,) int: position of each row in the frame, from 0
    quality       (NY, NX) int32: Quality bits of every spaxel of the frame, 0 = kept
    snr           (n,) float32: median signal to noise per channel of the spectra as read, NaN without variance
    wcs           celestial WCS of the frame or None
    unit          unit of flux, "" once normalized
    medium        "air", "vacuum" or "unknown"
    """

    flux: np.ndarray
    wavelength: np.ndarray
    y: np.ndarray
    x: np.ndarray
    quality: np.ndarray
    snr: np.ndarray
    variance: np.ndarray | None = None
    wcs: WCS | None = None
    unit: str = ""
    medium: str = "unknown"

    @classmethod
    def of(cls, cube: Cube) -> "Spectra":
        """Rows of every spaxel that was read and has data, in row-major order of the frame."""
        n_wave, ny, nx = cube.flux.shape
        rows, columns = np.mgrid[cube.origin[0] : cube.origin[0] + ny, cube.origin[1] : cube.origin[1] + nx]
        quality = np.full(cube.frame, Quality.CROPPED, np.int32)
        quality[rows, columns] = 0
        flux = cube.flux.reshape(n_wave, ny * nx).T  # (ny * nx, n_wave), no copy
        variance = None if cube.variance is None else cube.variance.reshape(n_wave, ny * nx).T
        spectra = cls(
            flux=flux,
            variance=variance,
            wavelength=cube.wavelength,
            y=rows.ravel(),
            x=columns.ravel(),
            quality=quality,
            snr=_signal_to_noise(flux, variance),
            wcs=cube.wcs,
            unit=cube.unit,
            medium=cube.medium,
        )
        reasons = np.where(np.isfinite(flux).any(axis=1), 0, Quality.NO_DATA)
        if cube.masked is not None:
            reasons |= np.where(cube.masked.ravel(), Quality.MASKED, 0)
        return spectra.keep(reasons)

    def __len__(self) -> int:
        return len(self.flux)

    @property
    def n_wave(self) -> int:
        """Number of channels."""
        return len(self.wavelength)

    def keep(self, reasons: np.ndarray) -> "Spectra":
        """Only the rows whose reasons (n,) are 0; the other rows' bits go into the quality image."""
        kept = reasons == 0
        if kept.all():
            return self
        quality = self.quality.copy()
        quality[self.y, self.x] |= reasons.astype(np.int32)
        return replace(
            self,
            flux=self.flux[kept],
            variance=None if self.variance is None else self.variance[kept],
            y=self.y[kept],
            x=self.x[kept],
            quality=quality,
            snr=self.snr[kept],
        )

    def channels(self, chosen: np.ndarray) -> "Spectra":
        """Only the channels where chosen (n_wave,) is True."""
        if chosen.all():
            return self
        return replace(
            self,
            flux=self.flux[:, chosen],
            variance=None if self.variance is None else self.variance[:, chosen],
            wavelength=self.wavelength[chosen],
        )

    def image(self, values: np.ndarray, fill: float) -> np.ndarray:
        """Values (n,) of the rows scattered to the frame (NY, NX), `fill` elsewhere."""
        frame = np.full(self.quality.shape, fill, values.dtype)
        frame[self.y, self.x] = values
        return frame

    def blocks(self) -> Iterator[slice]:
        """Yield slices of rows that fill about one memory block each."""
        step = memory.rows_per_block(4 * self.n_wave)
        return (slice(start, start + step) for start in range(0, len(self), step))


def _signal_to_noise(flux: np.ndarray, variance: np.ndarray | None) -> np.ndarray:
    """Median over channels of flux / sqrt(variance), by blocks of rows: (n,) float32."""
    snr = np.full(len(flux), np.nan, np.float32)
    if variance is None:
        return snr
    step = memory.rows_per_block(4 * flux.shape[1])
    for start in range(0, len(flux), step):
        rows = slice(start, start + step)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = flux[rows] / np.sqrt(variance[rows])
        known = np.isfinite(ratio)
        whole, some = known.all(axis=1), known.any(axis=1)
        gappy = some & ~whole
        snr[rows][whole] = np.median(ratio[whole], axis=1)  # far quicker than nanmedian
        snr[rows][gappy] = np.nanmedian(np.where(known[gappy], ratio[gappy], np.nan), axis=1)
    return snr
