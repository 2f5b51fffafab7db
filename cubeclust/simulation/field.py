"""The field of view: what lies outside it, spaxels that are dead, and borders that lie."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, UInt8

_DRAWS = 2  # of the seed's streams
_ANGLE, _HALF = np.radians(4.0), 0.985  # rotation of the field in its frame; half its side, in halves of the frame
GOOD, BORDER, DEAD, OUTSIDE = 0, 1, 2, 3
_SPIKES, _HEIGHT = 0.01, 30.0  # share of a border spaxel's channels with a spike, and its height in standard deviations


@dataclass(frozen=True)
class Field:
    """bad: (NY, NX) uint8, GOOD, BORDER, DEAD or OUTSIDE; passed: share of the light that spaxels let through."""

    bad: UInt8[np.ndarray, "ny nx"]
    passed: Float32[np.ndarray, "ny nx"]

    @property
    def empty(self) -> Bool[np.ndarray, "ny nx"]:
        """Spaxels without data."""
        return self.bad >= DEAD

    def marred(
        self,
        flux: Float32[np.ndarray, "n_channels ny nx"],
        deviation: Float32[np.ndarray, "n_channels ny nx"],
        seed: int,
        begin: int,
    ) -> Float32[np.ndarray, "n_channels ny nx"]:
        """Planes with dimmed and spiky borders, NaN where there are no data; begin: number of the first plane."""
        flux = flux * self.passed
        border = self.bad == BORDER
        for plane, noise, number in zip(flux, deviation, range(begin + 1, begin + 1 + len(flux)), strict=True):
            random = np.random.default_rng([seed, _DRAWS, number])
            spikes = random.uniform(size=border.sum()) < _SPIKES
            plane[border] += np.where(spikes, random.choice([-1, 1], len(spikes)) * _HEIGHT * noise[border], 0)
        flux[:, self.empty] = np.nan
        return flux


def rotated(size: int, seed: int) -> Field:
    """A square field turned by 4 degrees in its frame: empty triangles, poor borders, a few dead spaxels."""
    random = np.random.default_rng([seed, _DRAWS])
    bad = np.full((size, size), GOOD, np.uint8)
    v, u = (np.indices((size, size)) + 0.5) / size * 2 - 1
    cos, sin = np.cos(_ANGLE), np.sin(_ANGLE)
    inside = (_HALF - np.maximum(np.abs(u * cos + v * sin), np.abs(v * cos - u * sin))) * size / 2  # spaxels
    bad[inside < max(1, size // 50)] = BORDER
    bad.ravel()[random.choice(size**2, max(2, size**2 // 5000), replace=False)] = DEAD
    bad[inside < 0] = OUTSIDE
    passed = np.where(bad == BORDER, random.uniform(0.4, 0.9, bad.shape), 1).astype(np.float32)
    return Field(bad, passed)


def whole(size: int) -> Field:
    """A field that fills its frame, all of it good."""
    return Field(np.full((size, size), GOOD, np.uint8), np.ones((size, size), np.float32))
