"""Correlated noise, as resampling leaves it: neighbors share it, the variance of a voxel is right."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64
from scipy.ndimage import correlate1d

_DRAWS = 1  # of the seed's streams: the white noise of planes


@dataclass(frozen=True)
class CorrelatedNoise:
    """Noise of variance 1 whose kernel in each direction is (share, 1, share), normalized.

    RESAMPLED has a correlation of 0.19 with each neighbor in the three directions, as drizzled cubes have: in the MUSE
    cube of Abell 478 it is 0.17 along the wavelength. The covariances of a voxel thus sum to 2.78 variances, which
    STAT, the variance of a voxel, does not include.
    """

    share: float

    @property
    def kernel(self) -> Float64[np.ndarray, " 3"]:
        """Weights whose squares sum to 1."""
        weights = np.array([self.share, 1.0, self.share])
        return weights / np.linalg.norm(weights)

    @property
    def correlation(self) -> float:
        """Correlation of neighbors along one direction."""
        return 2 * self.share / (1 + 2 * self.share**2)

    def draw(self, seed: int, begin: int, end: int, shape: tuple[int, int]) -> Float32[np.ndarray, "n_channels ny nx"]:
        """Noise (end - begin, NY, NX) float32 of variance 1 for planes begin .. end - 1 of the MUSE axis.

        A plane's noise depends on the seed and its number alone, however the cube is cut into blocks or windows.
        """
        ny, nx = shape
        planes = np.empty((end - begin + 2, ny + 2, nx + 2), np.float32)
        for plane, number in zip(planes, range(begin, end + 2), strict=True):
            np.random.default_rng([seed, _DRAWS, number]).standard_normal(out=plane, dtype=np.float32)
        for axis in range(3):
            correlate1d(planes, self.kernel, axis, output=planes)
        return planes[1:-1, 1:-1, 1:-1]


WHITE = CorrelatedNoise(0.0)
RESAMPLED = CorrelatedNoise(0.0986)
