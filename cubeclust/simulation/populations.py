"""Stellar populations: the shape of their continuum and what their atmospheres absorb."""

from dataclasses import dataclass

import numpy as np

from cubeclust.spectroscopy.lines import ABSORPTION

REFERENCE = 5500.0  # Angstrom at rest, where continua are 1

# Air wavelength, Angstrom -> equivalent width, Angstrom, of an old population; order of magnitude of the indices of
# 10 Gyr, solar metallicity (Worthey et al. 1994, ApJS 94, 687; Cenarro et al. 2001, MNRAS 326, 959, for CaT).
_STRENGTHS = {
    "CaK": 7.0, "CaH": 6.0, "Mgb5167": 0.9, "Mgb5173": 1.4, "Mgb5184": 1.7, "Fe5270": 1.3, "Fe5328": 1.1,
    "NaD5890": 1.9, "NaD5896": 1.5, "CaT8498": 1.3, "CaT8542": 3.4, "CaT8662": 2.8,
}  # fmt: skip
_METALS = {line.air: _STRENGTHS[line.name] for line in ABSORPTION} | {
    4226.73: 1.2, 4383.55: 2.0, 4531.15: 0.8, 4668.1: 1.4, 5015.0: 1.0, 5406.8: 0.7, 5709.4: 0.4, 5782.1: 0.4,
    6122.2: 0.4, 6162.2: 0.6, 6191.6: 0.3, 6358.7: 0.3, 6400.0: 0.3, 6494.9: 0.7, 7699.0: 0.3, 8183.3: 0.5,
    8194.8: 0.7, 8806.8: 0.6,
}  # fmt: skip
_DAMPED = {3933.66: 450.0, 3968.47: 450.0}  # lines with wide wings: their own standard deviation, km/s
_BALMER = {3970.07: 0.6, 4101.73: 0.9, 4340.46: 1.0, 4861.33: 1.0, 6562.80: 0.7}  # beside H-beta's equivalent width
_PASCHEN = {8598.39: 0.2, 8665.02: 0.25, 8750.47: 0.3, 8862.78: 0.35, 9014.91: 0.4, 9229.01: 0.45}
# Head of a band, which fades to the red (TiO), Angstrom -> depth and width there of an old population.
_BANDS = {4761.0: (0.03, 60.0), 4954.0: (0.04, 70.0), 5448.0: (0.03, 60.0), 5847.0: (0.03, 60.0), 6158.0: (0.05, 90.0),
          6651.0: (0.04, 70.0), 7054.0: (0.07, 110.0), 7589.0: (0.05, 90.0), 8432.0: (0.04, 60.0)}  # fmt: skip
_WEAK, _STRONGEST = 500, 0.8  # lines of iron and its kin, drawn once and for all skies; Angstrom of one


@dataclass(frozen=True)
class Population:
    """Stars of an age: temperature (K) of the continuum, depth of the break at 4,000 Angstrom, and absorption.

    metals scales metal lines and bands; balmer is the equivalent width of H-beta in Angstrom, paschen that of the
    Paschen series beside it; hot stars' hydrogen lines are wide (km/s, standard deviation).
    """

    temperature: float
    break_depth: float
    metals: float
    balmer: float
    hydrogen_width: float

    def continuum(self, wavelength: np.ndarray | float) -> np.ndarray:
        """Smooth continuum at rest wavelengths, 1 at the reference: a black body with a break."""
        step = 1 - self.break_depth / (1 + np.exp((wavelength - 3950) / 40))
        return step * _black_body(wavelength, self.temperature) / _black_body(REFERENCE, self.temperature)

    def features(self) -> list[tuple[float, float, float]]:
        """Lines as (rest wavelength in air, equivalent width in Angstrom, own standard deviation in km/s)."""
        metals = [
            (center, self.metals * width, _DAMPED.get(center, 0.0))
            for center, width in (_METALS | weak_lines()).items()
        ]
        hydrogen = {**_BALMER, **{center: part * self.hydrogen_width / 400 for center, part in _PASCHEN.items()}}
        own = self.hydrogen_width
        return [*metals, *((center, self.balmer * part, own) for center, part in hydrogen.items()),
                (4302.0, 4.0 * self.metals, 500.0)]  # the G band, CH  # fmt: skip

    def bands(self) -> list[tuple[float, float, float]]:
        """Bands as (head, depth, width to the red in Angstrom)."""
        return [(head, self.metals * depth, width) for head, (depth, width) in _BANDS.items()]


OLD = Population(temperature=4700, break_depth=0.45, metals=1.0, balmer=1.6, hydrogen_width=60.0)
YOUNG = Population(temperature=7500, break_depth=0.25, metals=0.55, balmer=5.0, hydrogen_width=350.0)
FEATURELESS = Population(temperature=12_000, break_depth=0.0, metals=0.0, balmer=0.0, hydrogen_width=60.0)  # a nucleus


def weak_lines() -> dict[float, float]:
    """Rest wavelengths and equivalent widths (Angstrom) of weak lines, denser and stronger to the blue.

    Where they lie is drawn, but the same for every sky: nature has one iron.
    """
    random = np.random.default_rng(1862)
    centers = 3600 + 5800 * random.uniform(size=_WEAK) ** 1.2
    widths = np.minimum(random.exponential(0.28 * (5500 / centers) ** 2), _STRONGEST)
    return dict(zip(centers.tolist(), widths.tolist(), strict=True))


def _black_body(wavelength: np.ndarray | float, temperature: float) -> np.ndarray:
    """Shape of Planck's law per wavelength (Angstrom)."""
    return np.asarray(wavelength) ** -5.0 / np.expm1(1.438777e8 / (wavelength * temperature))
