"""Spectral lines whose wavelengths are known: emission of ionized gas, absorption of stars."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64


@dataclass(frozen=True)
class Line:
    """A line: name, rest wavelength in air and in vacuum, Angstrom, and its typical strength beside H-alpha or Mg b."""

    name: str
    air: float
    vacuum: float
    strength: float

    def wavelength(self, medium: str) -> float:
        """Rest wavelength in a medium, "air" or "vacuum"."""
        return {"air": self.air, "vacuum": self.vacuum}[medium]


# Wavelengths: NIST Atomic Spectra Database 5.11 (Kramida et al. 2023), of which the mean over the fine structure is
# taken for hydrogen; [O III], [N II], [S II], [O II]: van Hoof 2018, Galaxies 6, 63 (Atomic Line List 3.00); H2: Roueff
# et al. 2019, A&A 630, A58; [S III]: against P9 to P14 and 6312 in the MUSE cube of NGC 7009 that ALFA carries, which
# agree within 3 km/s, and with which 9068.6, by NIST's levels, disagrees by 15 km/s. Air from vacuum: Morton
# 2000, ApJS 130, 403. Strengths: order of magnitude in star-forming and active galaxies (Osterbrock & Ferland 2006,
# tables 11.2 and 13.2).
EMISSION = (
    Line("[OII]3726", 3726.03, 3727.09, 0.5),
    Line("[OII]3729", 3728.82, 3729.88, 0.6),
    Line("[NeIII]3869", 3868.76, 3869.86, 0.2),
    Line("Hdelta", 4101.73, 4102.89, 0.1),
    Line("Hgamma", 4340.46, 4341.68, 0.2),
    Line("HeII4686", 4685.70, 4687.02, 0.1),
    Line("Hbeta", 4861.33, 4862.68, 0.4),
    Line("[OIII]4959", 4958.91, 4960.29, 0.3),
    Line("[OIII]5007", 5006.84, 5008.24, 0.9),
    Line("[NI]5200", 5199.60, 5201.05, 0.05),
    Line("HeI5876", 5875.62, 5877.25, 0.1),
    Line("[OI]6300", 6300.30, 6302.05, 0.15),
    Line("[OI]6364", 6363.78, 6365.54, 0.05),
    Line("[NII]6548", 6548.05, 6549.86, 0.2),
    Line("Halpha", 6562.80, 6564.61, 1.0),
    Line("[NII]6583", 6583.45, 6585.27, 0.6),
    Line("[SII]6716", 6716.44, 6718.29, 0.3),
    Line("[SII]6731", 6730.82, 6732.67, 0.3),
    Line("[ArIII]7136", 7135.79, 7137.76, 0.07),
    Line("[SIII]9069", 9069.05, 9071.54, 0.3),
    Line("[SIII]9531", 9531.10, 9533.71, 0.6),
    Line("HeI10830", 10830.34, 10833.31, 0.5),
    Line("[FeII]12570", 12566.8, 12570.2, 0.2),
    Line("Pbeta", 12818.1, 12821.6, 0.3),
    Line("[FeII]16440", 16435.5, 16440.0, 0.2),
    Line("Palpha", 18751.0, 18756.1, 0.6),
    Line("H2_1-0S(3)", 19570.25, 19575.6, 0.2),
    Line("H2_1-0S(1)", 21212.5, 21218.3, 0.2),
    Line("Brgamma", 21655.3, 21661.2, 0.2),
    Line("Brbeta", 26251.5, 26258.7, 0.2),
    Line("Bralpha", 40511.8, 40522.8, 0.3),
)
ABSORPTION = (
    Line("CaK", 3933.66, 3934.77, 1.0),
    Line("CaH", 3968.47, 3969.59, 1.0),
    Line("Mgb5167", 5167.32, 5168.76, 0.5),
    Line("Mgb5173", 5172.68, 5174.13, 0.8),
    Line("Mgb5184", 5183.60, 5185.05, 1.0),
    Line("Fe5270", 5269.54, 5271.00, 0.5),
    Line("Fe5328", 5328.04, 5329.52, 0.4),
    Line("NaD5890", 5889.95, 5891.58, 0.7),
    Line("NaD5896", 5895.92, 5897.56, 0.6),
    Line("CaT8498", 8498.02, 8500.35, 0.5),
    Line("CaT8542", 8542.09, 8544.44, 1.0),
    Line("CaT8662", 8662.14, 8664.52, 0.9),
)


def wavelengths(lines: tuple[Line, ...], medium: str) -> Float64[np.ndarray, " n_lines"]:
    """Rest wavelengths in a medium, Angstrom."""
    return np.array([line.wavelength(medium) for line in lines])


def vacuum_to_air(wavelength: Float[np.ndarray, "..."]) -> np.ndarray:
    """Wavelengths in standard air, Angstrom, of wavelengths in vacuum (Morton 2000, ApJS 130, 403, equation 8).

    >>> vacuum_to_air(np.array([5008.24, 6564.61])).round(2)  # [O III], H-alpha
    array([5006.84, 6562.8 ])
    """
    s2 = (1e4 / wavelength) ** 2
    return wavelength / (1 + 8.34254e-5 + 2.406147e-2 / (130 - s2) + 1.5998e-4 / (38.9 - s2))
