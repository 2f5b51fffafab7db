"""What is true of a sky, as it is seen: moments of the lights after the seeing."""

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float, Float64, Int16, Integer
from scipy.special import ndtr

from cubeclust.simulation.gas import Gaslight
from cubeclust.simulation.light import LightSource
from cubeclust.simulation.populations import FEATURELESS, REFERENCE
from cubeclust.simulation.seeing import Seeing
from cubeclust.simulation.sky import TrueClass, TruthImage
from cubeclust.simulation.stars import Starlight

_HALPHA = 6562.80
_COUNTS = 0.05  # share of the flux in lines from which a component counts
_LINELESS = 3.0  # Angstrom of H-alpha, under which stars name the class (Cid Fernandes et al. 2011, MNRAS 413, 1687)
_FASTEST, _STEP = 1000.0, 5.0  # km/s: velocities at which the flux below is counted
_NO_GAS = 0.05  # Angstrom: below it the velocity of the gas is NaN


def measured(lights: Sequence[LightSource], seeing: Seeing, kinds: Sequence[TrueClass]) -> dict[str, TruthImage]:
    """Images of the truth, each weighted by the light that reaches a spaxel through seeing and dust.

    Gas: weights are the fluxes of all lines within MUSE's range, of all gas but the broad-line region. Stars: weights
    are flux densities at 5,500 Angstrom at rest. Velocities v are about the redshift of the source, 1 + z_observed =
    (1 + z)(1 + v / c); sigmas are second moments of what is seen, without the instrument's profile.
    """
    gas = [light for light in lights if isinstance(light, Gaslight) and light.kind != "broad"]
    stars = [light for light in lights if isinstance(light, Starlight) and light.population is not FEATURELESS]
    in_lines = [light.total() for light in gas]
    in_stars = [light.dimmed(REFERENCE) for light in stars]
    halpha = seeing.blurred(sum_of(light.flux("Halpha") for light in gas))
    width = _width(halpha, lights, seeing)
    v_gas, s_gas = _moments(gas, in_lines, seeing)
    v_stars, s_stars = _moments(stars, in_stars, seeing)
    shining = width > _NO_GAS
    seen = [seeing.blurred(weight) for weight in in_lines]
    starry = _dominant(stars, [seeing.blurred(weight) for weight in in_stars], kinds)
    classes = np.where(width < _LINELESS, starry, _dominant(gas, seen, kinds))
    return {
        "CLASS": TruthImage(classes.astype(np.int16), "", "true class, 0 = no data"),
        "VGAS": TruthImage(np.where(shining, median_velocity(gas, in_lines, seeing), np.nan), "km/s",
                      "median velocity of the lines' flux"),
        "VGAS_MEAN": TruthImage(np.where(shining, v_gas, np.nan), "km/s", "mean velocity of the lines' flux"),
        "VSTARS": TruthImage(v_stars, "km/s", "mean velocity of the starlight"),
        "SIGMA_GAS": TruthImage(np.where(shining, s_gas, np.nan), "km/s", "dispersion of the lines' flux"),
        "SIGMA_STARS": TruthImage(s_stars, "km/s", "dispersion of the starlight"),
        "N_COMPONENTS": TruthImage(np.where(shining, _components(gas, seen), 0), "",
                                   "motions with over 5 % of the flux"),
        "SPREAD_GAS": TruthImage(np.where(shining, _spread(gas, v_gas, seeing), np.nan), "km/s",
                            "scatter of the mean velocities of single lines"),
        "FLUX_HALPHA": TruthImage(halpha, "10**(-20)*erg/s/cm**2", "flux of H-alpha, without broad lines"),
        "EW_HALPHA": TruthImage(width, "Angstrom", "equivalent width of H-alpha emission at rest"),
    }  # fmt: skip


def sum_of(maps: Iterable[np.ndarray]) -> Float64[np.ndarray, " ..."]:
    """Sum of maps, float64."""
    return np.asarray(np.sum(list(maps), axis=0, dtype=np.float64))


def _width(
    halpha: Float[np.ndarray, "ny nx"], lights: Sequence[LightSource], seeing: Seeing
) -> Float[np.ndarray, "ny nx"]:
    """Equivalent width at rest, Angstrom: flux over the smooth continuum of all that has one."""
    continuum = sum_of(
        light.dimmed(_HALPHA) * light.population.continuum(_HALPHA) for light in lights if isinstance(light, Starlight)
    )
    return halpha / seeing.blurred(continuum) / (1 + lights[0].redshift)


def _moments(
    lights: Sequence[LightSource], weights: Sequence[np.ndarray], seeing: Seeing
) -> tuple[Float[np.ndarray, "ny nx"], Float[np.ndarray, "ny nx"]]:
    """Mean velocity and dispersion (NY, NX), km/s, weighted by flux after the seeing; NaN where there is none."""
    flux, first, second = (
        seeing.blurred(sum_of(terms))
        for terms in (
            weights,
            (weight * light.velocity for weight, light in zip(weights, lights, strict=True)),
            (weight * (light.velocity**2 + light.sigma**2) for weight, light in zip(weights, lights, strict=True)),
        )
    )
    mean, square = (np.divide(part, flux, out=np.full_like(flux, np.nan), where=flux > 0) for part in (first, second))
    return mean, np.sqrt(np.maximum(square - mean**2, 0))


def median_velocity(
    gas: Sequence[Gaslight], weights: Sequence[np.ndarray], seeing: Seeing
) -> Float[np.ndarray, "ny nx"]:
    """Velocity, km/s, on either side of which half of the lines' flux lies; NaN where there is none.

    Faint wings move it less than the mean: it is where the peak of a line that is nearly Gaussian lies.
    """
    total = seeing.blurred(sum_of(weights))
    median, share = np.full_like(total, np.nan), np.zeros_like(total)
    for velocity in np.arange(-_FASTEST, _FASTEST + _STEP, _STEP):
        parts = (
            weight * ndtr((velocity - light.velocity) / light.sigma) for weight, light in zip(weights, gas, strict=True)
        )
        below = np.divide(seeing.blurred(sum_of(parts)), total, out=np.zeros_like(total), where=total > 0)
        here = (share < 0.5) & (below >= 0.5)
        median[here] = (velocity - _STEP * (below - 0.5) / np.where(here, below - share, 1))[here]
        share = below
    return median


def _components(gas: Sequence[Gaslight], seen: Sequence[np.ndarray]) -> Int16[np.ndarray, "ny nx"]:
    """Number of components, of kinematics and not of spectra, that carry a share of the flux which counts."""
    names = {light.component for light in gas}
    parts = [sum_of(flux for flux, light in zip(seen, gas, strict=True) if light.component == name) for name in names]
    return np.count_nonzero(np.array(parts) > _COUNTS * sum_of(seen), axis=0).astype(np.int16)


def _spread(gas: Sequence[Gaslight], mean: Float[np.ndarray, "ny nx"], seeing: Seeing) -> Float[np.ndarray, "ny nx"]:
    """Standard deviation, weighted by flux, of the mean velocities of single lines about that of all, km/s.

    Where gases of several motions and ratios meet, each line has a velocity of its own, and no one velocity fits all.
    """
    total, scatter = np.zeros_like(mean), np.zeros_like(mean)
    for name in gas[0].visible:
        fluxes = [light.flux(name) for light in gas]
        flux = seeing.blurred(sum_of(fluxes))
        moment = seeing.blurred(sum_of(part * light.velocity for part, light in zip(fluxes, gas, strict=True)))
        total += flux
        scatter += np.divide((moment - mean * flux) ** 2, flux, out=np.zeros_like(flux), where=flux > 0)
    return np.sqrt(scatter / np.maximum(total, np.finfo(float).tiny))


def _dominant(
    lights: Sequence[LightSource], seen: Sequence[np.ndarray], kinds: Sequence[TrueClass]
) -> Integer[np.ndarray, "ny nx"]:
    """Number of the kind whose light is the strongest of what is seen."""
    number = {kind.name: index for index, kind in enumerate(kinds, start=1)}
    return np.array([number[light.kind] for light in lights])[np.argmax(seen, axis=0)]
