"""From a sky to planes of flux and variance."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64

from cubeclust.simulation.axis import STEP, Axis
from cubeclust.simulation.light import LightSource
from cubeclust.simulation.sky import Sky
from cubeclust.simulation.sky_background import BRIGHTEST, sensitivity, sky_lines
from cubeclust.simulation.stars import Starlight

BAND = (6000.0, 6800.0)  # Angstrom, where the signal to noise is set
_SAMPLED = 16  # every so many channels of the band decide it
_RESIDUE = 3.0  # what is left of the strongest sky line, standard deviation in units of its noise
_DRAWS = 3  # of the seed's streams


def seen(
    sky: Sky, lights: tuple[LightSource, ...], edges: Float[np.ndarray, " n_edges"]
) -> Float32[np.ndarray, "n_edges-1 ny nx"]:
    """Flux density (n_channels, NY, NX) float32 of lights through the seeing, without noise."""
    side = sky.seeing.side
    planes = np.zeros((len(edges) - 1, side, side), np.float32)
    for light in lights:
        y, x = light.where
        planes[:, y, x] += light.density(edges)
    return sky.seeing.blurred(planes)


@dataclass(frozen=True)
class Exposure:
    """A sky with noise.

    gain: variance for each unit of flux at the best wavelength; residue (NY, NX): share left of the sky's lines.
    """

    sky: Sky
    seed: int
    gain: float
    residue: Float64[np.ndarray, "ny nx"]

    def planes(
        self, axis: Axis, begin: int, end: int
    ) -> tuple[Float32[np.ndarray, "n_channels ny nx"], Float32[np.ndarray, "n_channels ny nx"]]:
        """Flux and variance (end - begin, NY, NX), float32, of the channels begin .. end - 1 of an axis."""
        edges = axis.edges(begin, end)
        clean = seen(self.sky, self.sky.lights, edges)
        variance = self.gain * _unit_variance(self.sky, clean, edges)
        deviation = np.sqrt(variance)
        first = axis.first + begin
        noise = self.sky.noise.draw(self.seed, first, first + len(clean), clean.shape[1:])
        left = self.sky.background * sky_lines(_centers(edges))[:, None, None] * self.residue
        flux = clean + deviation * noise + left.astype(np.float32)
        variance[:, self.sky.field.empty] = np.nan
        return self.sky.field.marred(flux, deviation, self.seed, first), variance


def exposed(sky: Sky, seed: int, snr: float) -> Exposure:
    """Exposure whose continuum has a median signal to noise snr per channel.

    The median is over the spaxels with data that the sky aims at and the channels of 6,000 to 6,800 Angstrom, of
    starlight divided by the square root of the variance.
    """
    ratio = []
    stars = tuple(light for light in sky.lights if isinstance(light, Starlight))
    for low in np.arange(*BAND, _SAMPLED * STEP):
        edges = np.array([low, low + STEP])
        continuum = seen(sky, stars, edges)
        ratio.append((continuum / np.sqrt(_unit_variance(sky, continuum, edges)))[:, sky.aim & ~sky.field.empty])
    gain = float(np.median(np.concatenate(ratio)) / snr) ** 2
    return Exposure(sky, seed, gain, _residue(sky, seed, gain))


def _residue(sky: Sky, seed: int, gain: float) -> Float64[np.ndarray, "ny nx"]:
    """Share of the sky's lines that sky subtraction leaves, as large as deep exposures leave it.

    The noise of the strongest line, [OI] 5577, sets it; fainter lines stand out less.
    """
    [strongest] = sky_lines(np.array([BRIGHTEST]))
    noise = np.sqrt(gain * sky.background * strongest / sensitivity(BRIGHTEST))
    width = _RESIDUE * noise / (sky.background * strongest) if sky.background else 0.0
    return np.random.default_rng([seed, _DRAWS]).normal(0, width, sky.field.bad.shape)


def _unit_variance(
    sky: Sky, clean: Float32[np.ndarray, "n_channels ny nx"], edges: Float[np.ndarray, " n_edges"]
) -> Float32[np.ndarray, "n_channels ny nx"]:
    """Variance up to the gain: photons of source and sky; 1 without sky background."""
    if not sky.background:
        return np.ones_like(clean)
    center = _centers(edges)
    background = sky.background * (1 + sky_lines(center))
    return ((clean + background[:, None, None]) / sensitivity(center)[:, None, None]).astype(np.float32)


def _centers(edges: Float[np.ndarray, " n_edges"]) -> Float[np.ndarray, " n_edges-1"]:
    return (edges[1:] + edges[:-1]) / 2
