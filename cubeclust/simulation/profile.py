"""The instrument's line profile."""

from typing import TypeVar

import numpy as np

Wavelength = TypeVar("Wavelength", float, np.ndarray)
FWHM = 2.354820045  # full width at half maximum of a Gaussian, in its standard deviations


def lsf(wavelength: Wavelength) -> Wavelength:
    """Standard deviation in Angstrom of MUSE's Gaussian line profile (Bacon et al. 2017, A&A 608, A1, equation 8)."""
    return (5.866e-8 * wavelength**2 - 9.187e-4 * wavelength + 6.040) / FWHM
