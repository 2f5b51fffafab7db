"""Starlight: a template of its population, broadened and shifted."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Float32
from scipy.ndimage import map_coordinates
from scipy.special import erf

from cubeclust.simulation.axis import STEP
from cubeclust.simulation.dust import attenuation
from cubeclust.simulation.light import LightSource
from cubeclust.simulation.populations import Population
from cubeclust.simulation.profile import lsf
from cubeclust.spectroscopy.doppler import LIGHT_SPEED

_BLUE, _RED = np.log(4680.0), np.log(9430.0)  # of templates as observed: the MUSE axis and shifts of 1,500 km/s
_FINE = 5.0 / LIGHT_SPEED  # step in the logarithm of the wavelength: 5 km/s
_SIGMA = 10.0  # km/s between the dispersions of a template's rows


@dataclass(frozen=True)
class Starlight(LightSource):
    """Light of a population, whose brightness is the flux density at 5,500 Angstrom at rest."""

    population: Population

    @cached_property
    def rows(self) -> Float[np.ndarray, " n_sigma"]:
        """Dispersions in km/s of the template's rows, from below the least to above the largest."""
        low, high = self.at("sigma").min(), self.at("sigma").max()
        return _SIGMA * np.arange(np.floor(low / _SIGMA), np.ceil(high / _SIGMA) + 1)

    @cached_property
    def template(self) -> Float32[np.ndarray, "n_sigma n_fine"]:
        """Spectra as observed at velocity 0, smoothed by dispersion, profile and channel."""
        return np.stack([broadened(self.population, self.redshift, sigma) for sigma in self.rows])

    @cached_property
    def row(self) -> Float[np.ndarray, " n"]:
        """Place between the rows that gives each spaxel its variance sigma^2."""
        return np.interp(self.at("sigma") ** 2, self.rows**2, np.arange(len(self.rows)))

    def density(self, edges: Float[np.ndarray, " n_edges"]) -> Float32[np.ndarray, "n_edges-1 n"]:
        """Flux density (n_channels, n) at the centers of the channels; the template knows their width."""
        center = (edges[1:] + edges[:-1]) / 2
        shift = np.log(self.stretch / (1 + self.redshift))
        column = (np.log(center)[:, None] - shift - _BLUE) / _FINE
        spectra = map_coordinates(
            self.template, [np.broadcast_to(self.row, column.shape), column], order=1, mode="nearest"
        )
        dust = attenuation(center[:, None] / (1 + self.redshift), self.at("reddening"))
        return (spectra * (self.at("brightness") * dust)).astype(np.float32)


def broadened(population: Population, redshift: float, sigma: float) -> Float32[np.ndarray, " n_fine"]:
    """Spectrum on the fine grid of observed wavelengths.

    Lines are Gaussians whose variance sums those of the stars' motion, the line's own width, the instrument's
    profile, and a channel (a box of 1.25 Angstrom).
    """
    observed = np.exp(np.arange(_BLUE, _RED, _FINE))
    rest = observed / (1 + redshift)
    blur = np.sqrt(sigma**2 + (LIGHT_SPEED / observed) ** 2 * (lsf(observed) ** 2 + STEP**2 / 12))  # km/s
    absorbed = np.zeros(len(rest))
    for center, width, own in population.features():
        index = np.searchsorted(rest, center)
        if 0 < index < len(rest):
            _absorb(absorbed, rest, center, width, np.hypot(blur[index], own))
    for head, depth, width in population.bands():
        red = np.maximum(0, rest - head)
        rise = 0.5 * (1 + erf((rest / head - 1) * LIGHT_SPEED / blur / np.sqrt(2)))
        absorbed += depth * rise * np.exp(-red / width)
    return (population.continuum(rest) * (1 - absorbed)).astype(np.float32)


def _absorb(
    absorbed: Float[np.ndarray, " n_fine"],
    rest: Float[np.ndarray, " n_fine"],
    center: float,
    width: float,
    sigma: float,
) -> None:
    """Add a line of an equivalent width (Angstrom) and standard deviation sigma (km/s) to what is absorbed."""
    scale = center * sigma / LIGHT_SPEED  # Angstrom
    begin, end = np.searchsorted(rest, (center - 6 * scale, center + 6 * scale))
    part = (rest[begin:end] - center) / scale
    absorbed[begin:end] += width / (scale * np.sqrt(2 * np.pi)) * np.exp(-0.5 * part**2)
