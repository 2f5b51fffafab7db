"""The instrument's line profile."""

import numpy as np
from jaxtyping import Float

FWHM = 2 * np.sqrt(2 * np.log(2))  # of a Gaussian, in standard deviations


def muse_lsf(wavelength: Float[np.ndarray, "..."]) -> np.ndarray:
    """Standard deviation, Angstrom, of MUSE's profile at wavelengths in Angstrom (Bacon et al. 2017, equation 8).

    >>> (FWHM * muse_lsf(np.array([5000.0, 7000.0, 9000.0]))).round(2)
    array([2.91, 2.48, 2.52])
    """
    return (5.866e-8 * wavelength**2 - 9.187e-4 * wavelength + 6.040) / FWHM
