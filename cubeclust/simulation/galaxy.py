"""A galaxy like NGC 1068."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import erfc

from cubeclust.simulation import geometry, populations
from cubeclust.simulation.field import rotated
from cubeclust.simulation.gas import SPECTRA, Gaslight
from cubeclust.simulation.light import LightSource
from cubeclust.simulation.noise import RESAMPLED
from cubeclust.simulation.seeing import Seeing
from cubeclust.simulation.sky import Sky, TrueClass
from cubeclust.simulation.stars import Starlight
from cubeclust.simulation.truth import measured

_DRAWS = 4  # of the seed's streams
_LEVEL = 1500.0  # 10^-20 erg/s/cm2/Angstrom and spaxel of the disk's center
_BACKGROUND = 0.08  # of it: the night sky's continuum
KINDS = (
    TrueClass("old stars", "bulge and halo without emission lines"),
    TrueClass("young stars", "disk without emission lines"),
    TrueClass("diffuse", "diffuse ionized gas of the disk"),
    TrueClass("HII 0.4 Z", "star formation at 0.4 of the solar metallicity"),
    TrueClass("HII 0.7 Z", "star formation at 0.7 of the solar metallicity"),
    TrueClass("HII Z", "star formation at the solar metallicity"),
    TrueClass("HII 2 Z", "star formation at twice the solar metallicity"),
    TrueClass("front", "ionization cones, the wall that approaches; ratios of lines as in the next two"),
    TrueClass("back", "ionization cones, the wall that recedes"),
    TrueClass("jet", "gas driven by the jet"),
    TrueClass("nucleus", "narrow lines of the nucleus"),
)


@dataclass(frozen=True)
class Stage:
    """What the parts of the galaxy share: frame, disk, dust, random numbers, redshift."""

    seeing: Seeing
    east: Float[np.ndarray, "side side"]
    north: Float[np.ndarray, "side side"]
    disk: geometry.Disk
    reddening: Float[np.ndarray, "side side"]
    redshift: float
    random: np.random.Generator

    @property
    def radius(self) -> Float[np.ndarray, "side side"]:
        """Distance from the nucleus on the sky."""
        return np.hypot(self.east, self.north)

    def maps(
        self, brightness: Float[np.ndarray, "side side"], velocity: np.ndarray | float, sigma: np.ndarray | float
    ) -> dict[str, np.ndarray]:
        """Maps of a light, by the names of its fields."""
        return {
            "brightness": brightness,
            "velocity": np.broadcast_to(velocity, brightness.shape),
            "sigma": np.broadcast_to(sigma, brightness.shape),
            "reddening": self.reddening,
        }

    def gas(self, kind: str, spectrum: str, *maps: Any, component: str = "") -> Gaslight:
        """Gas of a kind with the ratios of a spectrum; maps: brightness, velocity, sigma; kinds may move as one."""
        lines, redshift = SPECTRA[spectrum], self.redshift
        return Gaslight(kind, **self.maps(*maps), redshift=redshift, lines=lines, component=component or kind)

    def stars(self, kind: str, population: populations.Population, *maps: Any) -> Starlight:
        """Stars of a kind; maps: brightness, velocity, sigma."""
        return Starlight(kind, **self.maps(*maps), redshift=self.redshift, population=population)


def make(size: int, seed: int, redshift: float) -> Sky:
    """The galaxy on size x size spaxels: always all of it, in halves of the frame (32 arcsec at 320 spaxels).

    The seeing grows with the root of the size, to 0.8 arcsec at 320.
    """
    stage = _stage(Seeing(size, 4.0 * np.sqrt(size / 320)), seed, redshift)
    stars = _stars(stage)
    lights = (*stars, *_gas(stage, np.sum([light.brightness for light in stars[:2]], axis=0)))
    field = rotated(size, seed)
    truth = measured(lights, stage.seeing, KINDS)
    return Sky(
        "NGC 1068 (simulated)", lights, stage.seeing, field, RESAMPLED, _BACKGROUND * _LEVEL, KINDS, truth, ~field.empty
    )


def _stage(seeing: Seeing, seed: int, redshift: float) -> Stage:
    """The disk is inclined by 40 degrees with its nodes at 80 degrees (Bland-Hawthorn et al. 1997, Ap&SS 248, 9)."""
    random = np.random.default_rng([seed, _DRAWS])
    east, north = geometry.places(seeing)
    disk = geometry.disk(east, north, 80, 40)
    arm = np.cos(2 * (disk.angle - 3.0 * np.log(disk.radius + 0.05)) + 0.4 * geometry.clouds(random, seeing, 0.08))
    reddening = 0.05 + 0.35 * np.maximum(arm, 0) ** 3 * np.exp(-0.5 * ((disk.radius - 0.35) / 0.25) ** 2)
    return Stage(seeing, east, north, disk, reddening, redshift, random)


def _stars(stage: Stage) -> tuple[Starlight, ...]:
    """Bulge and halo turn slowly and are hot; the young disk lags the gas by its asymmetric drift."""
    bulge = _LEVEL * (4.0 * np.exp(-((stage.radius / 0.06) ** 0.75)) + 0.22 * np.exp(-stage.radius / 1.3))
    disk = _LEVEL * np.exp(-stage.disk.radius / 0.5) * _edge(stage.disk.radius, 0.98, 0.06)
    hot, cool = 70 + 80 * np.exp(-stage.radius / 0.25), 55 + 40 * np.exp(-stage.disk.radius / 0.3)
    return (
        stage.stars("old stars", populations.OLD, bulge, stage.disk.rotation(140, 0.1), hot),
        stage.stars("young stars", populations.YOUNG, disk, stage.disk.rotation(180, 0.08), cool),
        stage.stars("nucleus", populations.FEATURELESS, _core(stage, 6), 0.0, 100.0),
    )


def _gas(stage: Stage, light: np.ndarray) -> tuple[LightSource, ...]:
    """Gas, whose brightness is an equivalent width (Angstrom) times the stars' light.

    In the cones the nucleus ionizes the disk's gas, too, so that little of it shines as elsewhere.
    """
    wall = _wall(stage)
    shaded = light * (1 - 0.97 * wall)
    turbulence = 8 * geometry.clouds(stage.random, stage.seeing, 0.04)
    rotation = stage.disk.rotation(220, 0.06) + turbulence
    patchy = np.exp(0.4 * geometry.clouds(stage.random, stage.seeing, 0.06))
    diffuse = 7 * shaded * patchy * _edge(stage.disk.radius, 0.78, 0.03)
    return (
        stage.gas("diffuse", "diffuse", diffuse, rotation, 40.0, component="disk"),
        *_ring(stage, shaded, rotation),
        *_outflow(stage, light * wall, rotation),
        stage.gas("nucleus", "nucleus", _core(stage, 3000), -60.0, 220.0),
        stage.gas("broad", "broad", _core(stage, 3000), 0.0, 1300.0),
    )


def _ring(stage: Stage, light: np.ndarray, rotation: np.ndarray) -> list[Gaslight]:
    """Knots of star formation on a ring, each of one of four metallicities, which take turns along the ring."""
    names = [kind.name for kind in KINDS if kind.name.startswith("HII")]
    turns = np.linspace(0, 2 * np.pi, 32, endpoint=False) + stage.random.normal(0, 0.05, 32)
    radii = stage.random.normal(0.5, 0.03, 32)
    x, y = stage.disk.radius * np.cos(stage.disk.angle), stage.disk.radius * np.sin(stage.disk.angle)
    width = {name: np.zeros_like(light) for name in names}
    for number, (turn, radius) in enumerate(zip(turns, radii, strict=True)):
        off = np.hypot(x - radius * np.cos(turn), y - radius * np.sin(turn))
        scale, peak = stage.random.uniform(0.04, 0.065), stage.random.uniform(60, 160)
        width[names[number // 2 % 4]] += peak * np.exp(-0.5 * (off / scale) ** 2) * (off < 4 * scale)
    return [stage.gas(name, name, width[name] * light, rotation, 28.0, component="disk") for name in names]


def _wall(stage: Stage) -> np.ndarray:
    """Two cones along a position angle of 32 degrees, half open by as many: 1 inside, 0 outside."""
    axis, across = geometry.along(stage.east, stage.north, 32)
    opening = np.arctan2(np.abs(across), np.abs(axis))
    return _edge(opening, np.radians(32), 0.06) * _edge(stage.radius, 0.62, 0.04)


def _outflow(stage: Stage, light: np.ndarray, rotation: np.ndarray) -> tuple[Gaslight, ...]:
    """Cones with a wall that approaches and one that recedes, and the jet; line ratios of all are the same.

    The gas speeds up to a distance of 0.2, then slows down (Das et al. 2006, AJ 132, 620). The north-eastern cone is
    on this side of the disk, so that its front wall is the brighter one.
    """
    axis, across = geometry.along(stage.east, stage.north, 32)
    side = np.tanh(axis / 0.03)  # 1 in the north-east, -1 in the south-west
    speed = 420 * stage.radius / 0.2 * np.exp(1 - stage.radius / 0.2)
    jet = 110 * light * np.exp(-0.5 * (across / 0.035) ** 2) * _edge(np.abs(axis), 0.3, 0.03)
    return (
        stage.gas("front", "cone", 60 * light * (0.5 + 0.35 * side), 0.4 * rotation - 0.8 * speed, 90.0),
        stage.gas("back", "cone", 60 * light * (0.5 - 0.35 * side), 0.4 * rotation + 0.7 * speed, 120.0),
        stage.gas("jet", "cone", jet, 0.2 * rotation - 180 * side, 290.0),
    )


def _edge(distance: np.ndarray, end: float, softness: float) -> np.ndarray:
    """1 inside, 0 outside, with a soft edge that ends."""
    return np.where(distance < end + 3 * softness, 0.5 * erfc((distance - end) / softness), 0.0)


def _core(stage: Stage, flux: float) -> np.ndarray:
    """A source smaller than a spaxel, of a flux in levels for each squared spaxel of the seeing."""
    profile = np.exp(-0.5 * (stage.radius * stage.seeing.size / 2 / 0.5) ** 2)
    profile[profile < 1e-6] = 0
    return flux * _LEVEL * stage.seeing.fwhm**2 * profile / profile.sum()
