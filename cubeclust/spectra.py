"""Spectra as rows, with their place on the sky."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Float32, Integer, Shaped

from cubeclust.cube import Cube
from cubeclust.quality import Quality
from cubeclust.runtime import memory
from cubeclust.spectroscopy.windows import Window

if TYPE_CHECKING:
    from astropy.wcs import WCS


@dataclass(frozen=True)
class Spectra:
    """Spectra of the spaxels that are kept, and why the others are not.

    flux          (n, n_wave) float32
    variance      (n, n_wave) float32 or None; NaN where flux was filled in
    wavelength    (n_wave,) float64, Angstrom
    y, x          (n,) int: position of each row in the frame, from 0
    quality       (NY, NX) int32: Quality bits of every spaxel of the frame, 0 = enters a fit; rows with a bit, which
                  are labeled by the fitted model, come last
    snr           (n,) float32: median signal to noise per channel, NaN until measured or without variance
    wcs           celestial WCS of the frame or None
    unit          unit of flux, "" once normalized
    medium        "air", "vacuum" or "unknown"
    rest          whether each spectrum was shifted to its rest frame
    band          by whose mean each spectrum was divided, or None
    notes         sentences of the steps that the user should know
    """

    flux: Float32[np.ndarray, "n n_wave"]
    wavelength: Float[np.ndarray, " n_wave"]
    y: Integer[np.ndarray, " n"]
    x: Integer[np.ndarray, " n"]
    quality: Integer[np.ndarray, "ny nx"]
    snr: Float32[np.ndarray, " n"]
    variance: Float32[np.ndarray, "n n_wave"] | None = None
    wcs: "WCS | None" = None
    unit: str = ""
    medium: str = "unknown"
    rest: bool = False
    band: Window | None = None
    notes: tuple[str, ...] = ()

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
            snr=np.full(len(flux), np.nan, np.float32),
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

    def keep(
        self,
        reasons: Integer[np.ndarray, " n"],
        channels: Bool[np.ndarray, " n_wave"] | None = None,
        divisor: Float[np.ndarray, " n"] | None = None,
    ) -> "Spectra":
        """Only the rows whose reasons are 0; the other rows' bits go into the quality image.

        In the same pass, by blocks, only the `channels` are taken and each row is divided by its
        divisor, its variance by the square: a step holds the old and the new arrays and nothing else.
        """
        kept = np.flatnonzero(reasons == 0)
        chosen = np.ones(self.n_wave, bool) if channels is None else channels
        if len(kept) == len(self) and chosen.all() and divisor is None:
            return self
        quality = self.quality.copy()
        quality[self.y, self.x] |= reasons.astype(np.int32)
        scale = None if divisor is None else divisor[kept, None]
        return replace(
            self,
            flux=_taken(self.flux, kept, chosen, scale),
            variance=None
            if self.variance is None
            else _taken(self.variance, kept, chosen, None if scale is None else scale**2),
            wavelength=self.wavelength[chosen],
            y=self.y[kept],
            x=self.x[kept],
            quality=quality,
            snr=self.snr[kept],
        )

    def channels(self, chosen: Bool[np.ndarray, " n_wave"]) -> "Spectra":
        """Only the channels where chosen is True."""
        return self.keep(np.zeros(len(self), np.int32), chosen)

    def sample(self, rows: Integer[np.ndarray, " n_rows"] | slice) -> "Spectra":
        """Some rows, by index, for a fit whose model labels the others; the quality image stays as it is."""
        return replace(
            self,
            flux=self.flux[rows],
            variance=None if self.variance is None else self.variance[rows],
            y=self.y[rows],
            x=self.x[rows],
            snr=self.snr[rows],
        )

    def noted(self, *sentences: str) -> "Spectra":
        """The same spectra with more notes."""
        return replace(self, notes=(*self.notes, *sentences))

    def apart(self, reasons: Integer[np.ndarray, " n"]) -> "Spectra":
        """All rows, those whose reasons are not 0 last and with these bits: they do not enter a fit."""
        quality = self.quality.copy()
        quality[self.y, self.x] |= reasons.astype(np.int32)
        return replace(self.sample(np.argsort(reasons != 0, kind="stable")), quality=quality)

    def entering(self) -> "Spectra":
        """The rows that enter a fit, which come first; no copy."""
        number = int(np.count_nonzero(self.quality[self.y, self.x] == 0))
        return self if number == len(self) else self.sample(slice(number))

    def image(self, values: Shaped[np.ndarray, " n"], fill: float) -> Shaped[np.ndarray, "ny nx"]:
        """Values of the rows scattered to the frame, `fill` elsewhere."""
        frame = np.full(self.quality.shape, fill, values.dtype)
        frame[self.y, self.x] = values
        return frame

    def blocks(self) -> Iterator[slice]:
        """Yield slices of rows that fill about one memory block each."""
        step = memory.rows_per_block(4 * self.n_wave)
        return (slice(start, start + step) for start in range(0, len(self), step))


def _taken(values: np.ndarray, rows: np.ndarray, channels: np.ndarray, divisor: np.ndarray | None) -> np.ndarray:
    """values[rows][:, channels] / divisor as float32, made by blocks of rows."""
    taken = np.empty((len(rows), int(channels.sum())), np.float32)
    step = memory.rows_per_block(4 * values.shape[1])
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        block = values[rows[part]]
        block = block if channels.all() else block[:, channels]
        taken[part] = block if divisor is None else block / divisor[part]
    return taken
