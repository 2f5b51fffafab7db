"""A deep field: many small galaxies, each at a redshift of its own.

What makes it hard: one kind of galaxy has its lines and breaks at other channels in each of its members, so that no
linear combination of channels separates the kinds (as in the Hubble Ultra Deep Field, Bacon et al. 2017, A&A 608, A1).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from cubeclust.simulation import geometry
from cubeclust.simulation.field import rotated
from cubeclust.simulation.gas import SPECTRA, Gaslight
from cubeclust.simulation.noise import RESAMPLED
from cubeclust.simulation.populations import OLD, REFERENCE, YOUNG, Population
from cubeclust.simulation.seeing import Seeing
from cubeclust.simulation.sky import Sky, TrueClass, TruthImage
from cubeclust.simulation.stars import Starlight

_DRAWS = 4  # of the seed's streams
_LEVEL, _BACKGROUND = 100.0, 300.0  # flux densities of a galaxy's middle and of the night sky's continuum
_SPAXELS = 250  # of the field for each galaxy
_REDSHIFTS = (0.1, 1.5)
_SIGMA, _REDDENING = 60.0, 0.05  # km/s and E(B - V) of all galaxies
_MIDDLE, _RANGE = 7000.0, 4600.0  # Angstrom, of MUSE
_FAINT = 0.04  # of a galaxy's typical middle: less light than that is sky


@dataclass(frozen=True)
class Type:
    """A type of galaxy: stars, their brightness, ratios of its lines, equivalent width of H-alpha (Angstrom)."""

    kind: TrueClass
    population: Population
    level: float
    lines: str
    width: float


TYPES = (
    Type(TrueClass("star-forming", "young stars with lines of HII regions"), YOUNG, 1.0, "HII 0.7 Z", 60.0),
    Type(TrueClass("passive", "old stars without lines"), OLD, 1.5, "diffuse", 0.0),
    Type(TrueClass("emission-line", "faint young stars under strong lines"), YOUNG, 0.3, "HII 0.4 Z", 500.0),
)
KINDS = (TrueClass("sky", "no galaxy"), *(entry.kind for entry in TYPES))


@dataclass(frozen=True)
class Galaxy:
    """A galaxy of a type (its number in TYPES) with its stars and gas."""

    type: int
    stars: Starlight
    gas: Gaslight

    def white(self) -> Float[np.ndarray, "side side"]:
        """Mean flux density over MUSE's range, about."""
        rest = _MIDDLE / (1 + self.stars.redshift)
        return self.stars.dimmed(rest) * self.stars.population.continuum(rest) + self.gas.total() / _RANGE


def make(size: int, seed: int, redshift: float) -> Sky:
    """One galaxy for every 250 spaxels, six at least; their redshifts are drawn evenly from 0.1 to 1.5."""
    del redshift  # each has its own
    random = np.random.default_rng([seed, _DRAWS])
    seeing = Seeing(size, 3.0)
    galaxies = [_galaxy(random, seeing, number % len(TYPES)) for number in range(max(6, size**2 // _SPAXELS))]
    lights = tuple(light for galaxy in galaxies for light in (galaxy.stars, galaxy.gas) if light.brightness.any())
    truth = _truth(galaxies, seeing)
    aim = truth["OBJECT"].values > 0
    field = rotated(size, seed)
    return Sky("Deep field (simulated)", lights, seeing, field, RESAMPLED, _BACKGROUND, KINDS, truth, aim)


def _galaxy(random: np.random.Generator, seeing: Seeing, number: int) -> Galaxy:
    """An exponential disk of 1 to 2 spaxels, inclined, somewhere in the field, without inner motion."""
    own, redshift = TYPES[number], random.uniform(*_REDSHIFTS)
    east, north = geometry.places(seeing)
    middle = random.uniform(-0.9, 0.9, 2)
    disk = geometry.disk(east - middle[0], north - middle[1], random.uniform(0, 180), random.uniform(20, 65))
    radius = disk.radius * seeing.size / 2 / random.uniform(1.0, 2.0)
    shape = (np.exp(-radius) * (radius < 7)).astype(np.float32)
    middling = own.level * random.lognormal(0, 0.4) * _LEVEL * own.population.continuum(REFERENCE)
    brightness = shape * middling / own.population.continuum(_MIDDLE / (1 + redshift))
    velocity, sigma, reddening = (np.broadcast_to(value, shape.shape) for value in (0.0, _SIGMA, _REDDENING))
    maps = (velocity, sigma, reddening)
    stars = Starlight(own.kind.name, brightness, *maps, redshift, own.population)
    gas = Gaslight(own.kind.name, own.width * brightness, *maps, redshift, SPECTRA[own.lines], "galaxy")
    return Galaxy(number, stars, gas)


def _truth(galaxies: list[Galaxy], seeing: Seeing) -> dict[str, TruthImage]:
    """The galaxy with the most light in each spaxel, where there is any."""
    light = np.stack([seeing.blurred(galaxy.white().astype(np.float32)) for galaxy in galaxies])
    best, there = np.argmax(light, axis=0), light.max(axis=0) > _FAINT * _LEVEL
    types = np.array([galaxy.type for galaxy in galaxies])
    redshifts = np.array([galaxy.stars.redshift for galaxy in galaxies])
    return {
        "CLASS": TruthImage(np.where(there, types[best] + 2, 1).astype(np.int16), "", "true class, 0 = no data"),
        "OBJECT": TruthImage(np.where(there, best + 1, 0).astype(np.int16), "", "number of the galaxy, 0 = sky"),
        "REDSHIFT": TruthImage(np.where(there, redshifts[best], np.nan), "", "redshift of the galaxy"),
    }
