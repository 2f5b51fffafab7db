"""Places in a frame whose half side is 1, whatever its spaxels: a sky looks the same at every size."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter

from cubeclust.simulation.seeing import Seeing


@dataclass(frozen=True)
class Disk:
    """Places in an inclined disk: radius from its center, angle from the line of nodes (radians), inclination."""

    radius: Float[np.ndarray, "side side"]
    angle: Float[np.ndarray, "side side"]
    inclination: float

    def rotation(self, speed: float, turnover: float) -> Float[np.ndarray, "side side"]:
        """Velocity along the line of sight (km/s) of circular orbits, v(R) = speed 2/pi arctan(R / turnover)."""
        orbit = speed * 2 / np.pi * np.arctan(self.radius / turnover)
        return orbit * np.sin(self.inclination) * np.cos(self.angle)


def places(seeing: Seeing) -> tuple[Float[np.ndarray, "side side"], Float[np.ndarray, "side side"]]:
    """East and north (side, side) of the center, in halves of the frame; x runs to the west."""
    y, x = np.indices((seeing.side, seeing.side)) - (seeing.side - 1) / 2
    return -x / (seeing.size / 2), y / (seeing.size / 2)


def along(
    east: Float[np.ndarray, "*shape"], north: Float[np.ndarray, "*shape"], position_angle: float
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """Coordinates along a position angle (degrees, north through east) and across it."""
    angle = np.radians(position_angle)
    return north * np.cos(angle) + east * np.sin(angle), east * np.cos(angle) - north * np.sin(angle)


def disk(
    east: Float[np.ndarray, "side side"],
    north: Float[np.ndarray, "side side"],
    position_angle: float,
    inclination: float,
) -> Disk:
    """Disk with its line of nodes at a position angle, inclined by so many degrees."""
    node, minor = along(east, north, position_angle)
    tilt = np.radians(inclination)
    return Disk(np.hypot(node, minor / np.cos(tilt)), np.arctan2(minor / np.cos(tilt), node), tilt)


def clouds(random: np.random.Generator, seeing: Seeing, scale: float) -> Float[np.ndarray, "side side"]:
    """A smooth random field of mean 0 and variance 1 with structure of a scale in halves of the frame."""
    field = gaussian_filter(random.standard_normal((seeing.side, seeing.side)), scale * seeing.size / 2, mode="wrap")
    return (field - field.mean()) / field.std()
