"""Whether images have the same spaxels."""

from dataclasses import dataclass

import numpy as np
from astropy.wcs import WCS

from cubeclust.errors import InputError


@dataclass(frozen=True)
class Frame:
    """Spaxels of a cube or an image: (NY, NX), and the celestial WCS where one is known."""

    shape: tuple[int, ...]
    wcs: WCS | None = None

    def off(self, other: "Frame") -> float:
        """Spaxels that another frame of this shape lies off at most, at center and corners; 0 where unknown."""
        if self.wcs is None or other.wcs is None:
            return 0.0
        ny, nx = self.shape
        x, y = np.array([(nx - 1) / 2, 0, nx - 1, 0, nx - 1]), np.array([(ny - 1) / 2, 0, 0, ny - 1, ny - 1])
        return float(np.max(np.hypot(*np.subtract(self.wcs.world_to_pixel(other.wcs.pixel_to_world(x, y)), (x, y)))))


def require_same_frame(what: str, image: Frame, own: Frame, *, whose: str, cure: str, most: float = 1.0) -> None:
    """Raise InputError unless an image has the spaxels of a cube or map, to within `most` of them on the sky."""
    if image.shape != own.shape:
        raise InputError(f"{what} has shape {image.shape} but {whose} frame is {own.shape}; {cure}.")
    off = own.off(image)
    if not off <= most:
        raise InputError(f"{what} lies up to {off:.3g} spaxels off {whose} frame by its WCS; {cure}.")
