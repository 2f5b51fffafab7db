"""Sky background and sensitivity of the instrument, which set the noise."""

import numpy as np
from jaxtyping import Float

from cubeclust.simulation.profile import lsf

BRIGHTEST = 5577.34  # Angstrom in air, [OI]
# Air wavelength, Angstrom -> flux beside the brightest: the strongest lines of the night sky over MUSE's range
# (Osterbrock et al. 1996, PASP 108, 277; strengths in order of magnitude after Hanuschik 2003, A&A 407, 1157).
_LINES = {
    BRIGHTEST: 1.0, 5889.95: 0.15, 5895.92: 0.10, 6300.30: 0.5, 6363.78: 0.17, 6498.73: 0.03, 6533.04: 0.04,
    6553.62: 0.04, 6577.18: 0.02, 6863.96: 0.12, 6923.22: 0.14, 7244.91: 0.06, 7276.41: 0.20, 7316.28: 0.27,
    7340.89: 0.20, 7369.25: 0.12, 7401.86: 0.13, 7524.10: 0.06, 7712.30: 0.08, 7750.64: 0.30, 7794.11: 0.40,
    7821.50: 0.28, 7852.0: 0.13, 7913.71: 0.40, 7964.65: 0.35, 7993.33: 0.30, 8025.81: 0.18, 8344.60: 0.45,
    8399.17: 0.60, 8430.17: 0.45, 8465.36: 0.40, 8493.39: 0.25, 8504.63: 0.20, 8761.0: 0.12, 8778.33: 0.25,
    8827.10: 0.70, 8867.6: 0.35, 8885.85: 0.75, 8919.64: 0.70, 8943.40: 0.35, 8958.10: 0.45, 8988.38: 0.40,
    9001.57: 0.20, 9037.95: 0.15, 9049.23: 0.20, 9313.4: 0.30, 9337.86: 0.35,
}  # fmt: skip
_WORTH = 60.0  # Angstrom of the sky's continuum in that line


def sky_lines(wavelength: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Flux density of the sky's lines at wavelengths in air, in units of the sky's continuum."""
    out = np.zeros(len(wavelength))
    for center, flux in _LINES.items():
        scale = lsf(center)
        peak = _WORTH * flux / (scale * np.sqrt(2 * np.pi))
        out += peak * np.exp(-0.5 * ((wavelength - center) / scale) ** 2)
    return out


def sensitivity(wavelength: np.ndarray | float) -> np.ndarray:
    """Share of photons detected, 1 at 7,000 Angstrom, about 0.4 at the ends (Bacon et al. 2010, SPIE 7735, 773508)."""
    return np.exp(-0.5 * ((wavelength - 7000) / 1700) ** 2)
