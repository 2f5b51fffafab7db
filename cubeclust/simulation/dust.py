"""Dust in front of the light."""

import numpy as np


def attenuation(wavelength: np.ndarray | float, reddening: np.ndarray) -> np.ndarray:
    """Share of the light that passes a screen of E(B - V) at rest wavelengths of 1,200 to 22,000 Angstrom.

    Calzetti et al. 2000, ApJ 533, 682, equations 4; shapes are broadcast.
    """
    inverse = 1e4 / np.asarray(wavelength)
    blue = 2.659 * (-2.156 + inverse * (1.509 + inverse * (-0.198 + inverse * 0.011))) + 4.05
    red = 2.659 * (-1.857 + 1.040 * inverse) + 4.05
    return 10 ** (-0.4 * np.where(inverse > 1 / 0.63, blue, red) * reddening)
