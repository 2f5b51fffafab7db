"""Principal components of spectra."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from cubeclust.errors import InputError
from cubeclust.runtime import memory
from cubeclust.spectra import Spectra
from cubeclust.statistics.means import weighted_means


@dataclass(frozen=True)
class PrincipalComponents:
    """Mean (n_wave,) and leading components (number, n_wave) of spectra, float64; the components are orthonormal."""

    mean: Float64[np.ndarray, " n_wave"]
    components: Float64[np.ndarray, "number n_wave"]

    def scores(self, spectra: Spectra) -> Float32[np.ndarray, "n number"]:
        """Coordinates of centered spectra along the components."""
        components = self.components.astype(np.float32)
        scores = np.empty((len(spectra), len(components)), np.float32)
        for rows in spectra.blocks():
            scores[rows] = (spectra.flux[rows] - self.mean).astype(np.float32) @ components.T
        return scores


def principal_components(spectra: Spectra, number: int, option: str) -> tuple[PrincipalComponents, float]:
    """The leading components, and the share of the variance that they hold.

    The covariance (n_wave, n_wave) is summed in float64 over blocks of centered float32 rows.

    Raises:
        InputError: naming the option, where there are not so many components, or none.
    """
    from scipy.linalg import eigh

    require_features(spectra, number, option)
    mean = weighted_means(spectra, np.ones((len(spectra), 1), np.float32))[0]
    scatter = np.zeros((spectra.n_wave, spectra.n_wave))
    for rows in spectra.blocks():
        centered = (spectra.flux[rows] - mean).astype(np.float32)
        scatter += centered.T @ centered
    total = np.trace(scatter)
    if not total > 0:
        raise InputError(f"{option} {number}: the spectra do not differ from each other; check the window.")
    first = spectra.n_wave - number
    values, vectors = eigh(scatter, subset_by_index=(first, spectra.n_wave - 1))
    return PrincipalComponents(mean, vectors.T[::-1]), float(values.sum() / total)


def require_features(spectra: Spectra, number: int, option: str) -> None:
    """Raise InputError, naming the option, for more features than the spectra have dimensions."""
    if number > min(spectra.flux.shape):
        raise InputError(
            f"{option} {number} exceeds what {len(spectra)} spectra of {spectra.n_wave} channels have; ask for fewer."
        )


def components_memory(n_spectra: int, n_wave: int, number: int) -> int:
    """Bytes for the scores of all spectra and the covariance with its eigenvectors."""
    return 4 * n_spectra * number + 8 * 3 * n_wave**2 + 3 * memory.BLOCK


def components_effort(n_spectra: int, n_wave: int) -> float:
    """Multiplications for the covariance and its eigenvectors."""
    return float(n_spectra) * n_wave**2 + n_wave**3
