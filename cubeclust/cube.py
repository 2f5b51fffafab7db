"""A cube in memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Float32

if TYPE_CHECKING:
    from astropy.wcs import WCS


@dataclass(frozen=True)
class Cube:
    """The part of an integral-field cube that was read.

    flux          (n_wave, ny, nx) float32, NaN where there is no valid sample; a view on spectra that lie
                  contiguous in memory
    variance      the same shape, in the square of the flux unit, or None
    wavelength    (n_wave,) float64, Angstrom, ascending; air or vacuum as `medium` states
    frame         (NY, NX) of the whole image in the file
    origin        (y, x) of this part's first spaxel in that frame, from 0
    wcs           celestial WCS of the whole frame, or None where the file has none
    masked        (ny, nx) bool, True where the file's own mask rejects the spaxel
    unit          unit of flux as FITS writes it, with the power of ten that was divided out
    medium        "air", "vacuum" or "unknown"
    """

    flux: Float32[np.ndarray, "n_wave ny nx"]
    wavelength: Float[np.ndarray, " n_wave"]
    frame: tuple[int, int]
    origin: tuple[int, int] = (0, 0)
    variance: Float32[np.ndarray, "n_wave ny nx"] | None = None
    wcs: "WCS | None" = None
    masked: Bool[np.ndarray, "ny nx"] | None = None
    unit: str = ""
    medium: str = "unknown"

    def white_light(self) -> Float32[np.ndarray, "ny_frame nx_frame"]:
        """Mean flux over the channels read, on the whole frame (NY, NX) float32, NaN where not read."""
        image = np.full(self.frame, np.nan, np.float32)
        _, ny, nx = self.flux.shape
        y0, x0 = self.origin
        for y in range(ny):
            line = self.flux[:, y, :]  # (n_wave, nx)
            finite = np.isfinite(line)
            counts = np.where(finite.any(axis=0), finite.sum(axis=0), np.nan)
            image[y0 + y, x0 : x0 + nx] = np.where(finite, line, 0).sum(axis=0, dtype=np.float64) / counts
        return image
