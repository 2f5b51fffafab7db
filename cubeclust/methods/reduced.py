"""Any method on the principal components of the spectra."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cubeclust import memory
from cubeclust.class_means import weighted_means
from cubeclust.clustering import Clustering
from cubeclust.errors import InputError
from cubeclust.methods.protocol import Combinator, Labeler
from cubeclust.spectra import Spectra

if TYPE_CHECKING:
    from cubeclust.progress import Progress


@dataclass(frozen=True)
class Reduced(Combinator):
    """Fit `inner` on the leading n_components principal components of the scaled spectra."""

    n_components: int

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Components of all spectra, the covariance with its eigenvectors, and the inner method."""
        own = 4 * n_spectra * self.n_components + 8 * 3 * n_wave**2 + 3 * memory.BLOCK
        return own + self.inner.memory(n_spectra, self.n_components)

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Covariance and eigenvectors, and the inner method on the components."""
        return float(n_spectra) * n_wave**2 + n_wave**3 + self.inner.effort(n_spectra, self.n_components)

    def fit(self, spectra: Spectra, *, seed: int, device: str, room: int, report: "Progress") -> Clustering:
        """Find the components, then fit on them; mean and components are in the result beside the inner model."""
        if self.n_components > min(spectra.flux.shape):
            raise InputError(
                f"--pca {self.n_components} exceeds what {len(spectra)} spectra of {spectra.n_wave} channels have; "
                "ask for fewer components."
            )
        own, share = _components(spectra, self.n_components)
        report.say(f"{self.n_components} principal components hold {share:.1%} of the variance")
        reduced = _projected(spectra, own)
        clustering = self.inner.fit(reduced, seed=seed, device=device, room=room, report=report)
        return replace(clustering, parameters=own | clustering.parameters)

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> Labeler | None:
        """The inner model on the same components."""
        label = self.inner.labeler({name: model[name] for name in model if not name.startswith("pca/")}, device=device)
        return label and (lambda spectra: label(_projected(spectra, model)))


def _components(spectra: Spectra, number: int) -> tuple[dict[str, np.ndarray], float]:
    """Mean and leading components, and the share of the variance that they hold.

    The covariance (n_wave, n_wave) is summed in float64 over blocks of centered float32 rows.
    """
    from scipy.linalg import eigh

    mean = weighted_means(spectra, np.ones((len(spectra), 1), np.float32))[0]
    scatter = np.zeros((spectra.n_wave, spectra.n_wave))
    for rows in spectra.blocks():
        centered = (spectra.flux[rows] - mean).astype(np.float32)
        scatter += centered.T @ centered
    total = np.trace(scatter)
    if not total > 0:
        raise InputError("--pca: the spectra do not differ from each other; leave it out.")
    first = spectra.n_wave - number
    values, vectors = eigh(scatter, subset_by_index=(first, spectra.n_wave - 1))
    return {"pca/mean": mean, "pca/components": vectors.T[::-1]}, float(values.sum() / total)


def _projected(spectra: Spectra, model: Mapping[str, np.ndarray]) -> Spectra:
    """Spectra whose channels are components (n, n_components); their wavelengths are numbers of components."""
    components, mean = model["pca/components"].astype(np.float32), model["pca/mean"]
    scores = np.empty((len(spectra), len(components)), np.float32)
    for rows in spectra.blocks():
        scores[rows] = (spectra.flux[rows] - mean).astype(np.float32) @ components.T
    return replace(spectra, flux=scores, variance=None, wavelength=np.arange(1.0, len(components) + 1))
