"""Blobs of gas on an even sheet of stars: the simplest sky of which everything is known."""

import numpy as np

from cubeclust.simulation import geometry, populations
from cubeclust.simulation.field import whole
from cubeclust.simulation.gas import SPECTRA, Gaslight
from cubeclust.simulation.noise import WHITE
from cubeclust.simulation.seeing import Seeing
from cubeclust.simulation.sky import Sky, TrueClass
from cubeclust.simulation.stars import Starlight
from cubeclust.simulation.truth import measured

_LEVEL, _WIDTH, _DISTANCE = 1000.0, 0.13, 0.55  # flux density of the stars; size and place in halves of the frame
_PEAK = 60.0  # Angstrom, equivalent width of H-alpha in a blob's middle
_SPECTRA = ("HII 0.4 Z", "HII 2 Z", "diffuse", "cone", "nucleus")  # one for each blob
_VELOCITIES = (-200.0, -100.0, 0.0, 100.0, 200.0)  # km/s of the blobs
KINDS = (
    TrueClass("stars", "old stars at velocity 0"),
    *(TrueClass(f"blob {number}", f"lines as of {name}") for number, name in enumerate(_SPECTRA, start=1)),
)


def make(size: int, seed: int, redshift: float) -> Sky:
    """Five round blobs on a circle, whose turn is drawn, each at one velocity; no seeing, white noise, no defects."""
    seeing = Seeing(size, 0.0)
    east, north = geometry.places(seeing)
    even = np.ones((size, size))
    stars = Starlight("stars", _LEVEL * even, 0 * even, 100 * even, 0 * even, redshift, populations.OLD)
    turn = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    blobs = []
    for number, (name, velocity) in enumerate(zip(_SPECTRA, _VELOCITIES, strict=True)):
        angle = turn + 2 * np.pi * number / len(_SPECTRA)
        off = np.hypot(east - _DISTANCE * np.sin(angle), north - _DISTANCE * np.cos(angle))
        shape = np.exp(-0.5 * (off / _WIDTH) ** 2) * (off < 2.4 * _WIDTH)
        maps = (_PEAK * _LEVEL * shape, velocity * even, 60 * even, 0 * even)
        blobs.append(Gaslight(KINDS[number + 1].name, *maps, redshift, SPECTRA[name], KINDS[number + 1].name))
    lights = (stars, *blobs)
    truth = measured(lights, seeing, KINDS)
    return Sky("Blobs (simulated)", lights, seeing, whole(size), WHITE, 0.0, KINDS, truth, np.ones((size, size), bool))
