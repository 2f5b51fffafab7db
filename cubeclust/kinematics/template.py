"""The mean stellar spectrum of a cube, at rest."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from cubeclust.kinematics.absorption import Absorption
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import EMISSION, wavelengths

_GRID = 5e-5  # step in ln(wavelength): 15 km/s
_BIN = 12.5  # km/s: spectra within it are added before they are shifted
_GAS = 450.0  # km/s around emission lines that belong to the gas
_THIN = 1e-3  # of the typical weight: less is no knowledge


@dataclass(frozen=True)
class Template:
    """Mean stellar spectrum less its continuum, in units of the continuum.

    logarithm is (n_grid,) ln(Angstrom) at rest, ascending; feature (n_grid,); norm (n_grid,) is the inverse variance.
    """

    logarithm: Float[np.ndarray, " n_grid"]
    feature: Float[np.ndarray, " n_grid"]
    norm: Float[np.ndarray, " n_grid"]

    def at(
        self, wavelength: Float[np.ndarray, " n_wave"], velocity: Float[np.ndarray, " n"], z: float
    ) -> Float[np.ndarray, "n n_wave"]:
        """Features of sources that move at velocity (km/s) about redshift z."""
        shift = np.log1p(z) + np.log1p(velocity / LIGHT_SPEED)
        return np.interp(np.log(wavelength) - shift[:, None], self.logarithm, self.feature, left=0.0, right=0.0)


def mean_template(
    spectra: Absorption,
    velocity: Float[Tensor, " n"],
    gas: Bool[Tensor, " n"],
    wavelength: Float[np.ndarray, " n_wave"],
    *,
    medium: str,
    z: float,
) -> Template:
    """Template of spectra that move at velocity (km/s) about redshift z, weighted by their signal to noise.

    Where gas is seen, what lies near its lines does not enter; where nothing does, the template is
    interpolated. Sums over spectra are float64.
    """
    edge = np.log(wavelength[[0, -1]]) - np.log1p(z)
    logarithm = np.arange(edge[0], edge[1], _GRID)
    calm = apart_from_gas(logarithm, medium)
    both = np.zeros((2, len(logarithm)))  # of residuals and of continua, weighted
    own = spectra.weight * spectra.continuum
    bins = (velocity / _BIN).round()
    for center_bin in bins.unique():
        shift = np.log1p(z) + np.log1p(float(center_bin) * _BIN / LIGHT_SPEED)
        for rows, share in (((bins == center_bin) & gas, calm), ((bins == center_bin) & ~gas, 1.0)):
            for sums, values in enumerate((spectra.residual, spectra.continuum)):
                column = (own[rows] * values[rows]).sum(dim=0, dtype=torch.float64).cpu().numpy()
                both[sums] += share * np.interp(logarithm, np.log(wavelength) - shift, column, left=0.0, right=0.0)
    total, norm = both
    known = norm > _THIN * np.median(norm)
    feature = np.interp(logarithm, logarithm[known], total[known] / norm[known])
    return Template(logarithm, feature, np.where(known, norm, 0.0))


def apart_from_gas(logarithm: Float[np.ndarray, " n_grid"], medium: str) -> Float[np.ndarray, " n_grid"]:
    """1 apart from emission lines, 0 near them."""
    nearest = np.full(len(logarithm), np.inf)
    for line in np.log(wavelengths(EMISSION, medium)):
        np.minimum(nearest, np.abs(logarithm - line), out=nearest)
    return (nearest > _GAS / LIGHT_SPEED).astype(float)
