"""Gaussian lines as the channels of a spectrograph show them."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from cubeclust.spectroscopy.doppler import LIGHT_SPEED


@dataclass(frozen=True)
class Profiles:
    """Mean density (n, n_channels, n_lines) of lines of unit flux in each channel, and its derivatives.

    by_velocity is per km/s of the velocity, at a fixed width in Angstrom; by_width per unit of the logarithm of sigma.
    """

    density: Float64[Tensor, "n n_channels n_lines"]
    by_velocity: Float64[Tensor, "n n_channels n_lines"]
    by_width: Float64[Tensor, "n n_channels n_lines"]


@dataclass(frozen=True)
class Moving:
    """Lines of sources that move.

    velocity and sigma (n,) km/s, velocities about redshift z; rest (n_lines,) and the instrument's profile lsf
    (n_lines,) in Angstrom. All are float64.
    """

    velocity: Float64[Tensor, " n"]
    sigma: Float64[Tensor, " n"]
    rest: Float64[Tensor, " n_lines"]
    lsf: Float64[Tensor, " n_lines"]
    z: float

    @property
    def center(self) -> Float64[Tensor, "n n_lines"]:
        """Observed wavelengths, Angstrom."""
        return self.rest * (1 + self.z) * (1 + self.velocity[:, None] / LIGHT_SPEED)

    @property
    def width(self) -> Float64[Tensor, "n n_lines"]:
        """Standard deviations, Angstrom, as seen through the instrument."""
        return torch.sqrt((self.center * self.sigma[:, None] / LIGHT_SPEED) ** 2 + self.lsf**2)


def profiles(lines: Moving, low: Float64[Tensor, "#n n_channels"], high: Float64[Tensor, "#n n_channels"]) -> Profiles:
    """Profiles of lines in channels between low and high (n, n_channels) Angstrom."""
    center, width = lines.center, lines.width  # (n, n_lines)
    lower, upper = (((edge[..., None] - center[:, None]) / width[:, None]) for edge in (low, high))
    size = (high - low)[..., None]
    gaussian_low, gaussian_high = (torch.exp(-0.5 * u * u) / math.sqrt(2 * math.pi) for u in (lower, upper))
    density = 0.5 * (torch.erf(upper / math.sqrt(2)) - torch.erf(lower / math.sqrt(2))) / size
    by_center = (gaussian_low - gaussian_high) / (width[:, None] * size)
    by_sigma = (lower * gaussian_low - upper * gaussian_high) / (width[:, None] * size)
    per_velocity = lines.rest * (1 + lines.z) / LIGHT_SPEED  # Angstrom per km/s
    per_width = (center * lines.sigma[:, None] / LIGHT_SPEED) ** 2 / width  # Angstrom per unit of ln sigma
    return Profiles(density, by_center * per_velocity, by_sigma * per_width[:, None])
