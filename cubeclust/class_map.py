"""Classes on the sky."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Integer

from cubeclust.clustering import Clustering
from cubeclust.spectra import Spectra
from cubeclust.velocities.motion import Motion

if TYPE_CHECKING:
    from astropy.wcs import WCS


@dataclass(frozen=True)
class ClassMap:
    """Class of each spaxel of the frame.

    classes           (NY, NX) int16: 0 = unclassified, 1..n_classes, by decreasing number of spaxels of the fit
    max_posterior     (NY, NX) float32: largest p(y|x), NaN where unclassified or where the method has none
    quality           (NY, NX) int32: Quality bits, 0 where classified
    wcs               celestial WCS of the frame or None
    n_classes         number of classes; those of a model applied elsewhere may have no spaxel here
    motion            that spectra were brought to rest by; None if they were not
    """

    classes: Integer[np.ndarray, "ny nx"]
    max_posterior: Float[np.ndarray, "ny nx"]
    quality: Integer[np.ndarray, "ny nx"]
    wcs: "WCS | None"
    n_classes: int
    motion: Motion | None = None

    @classmethod
    def of(cls, spectra: Spectra, clustering: Clustering, n_classes: int, motion: Motion | None = None) -> "ClassMap":
        """Map of a clustering, label i as class i + 1; `labels` is the way back."""
        if clustering.posterior is None:
            best = np.full(len(spectra), np.nan, np.float32)
        else:
            best = clustering.posterior.max(axis=1).astype(np.float32)
        return cls(
            classes=spectra.image((clustering.labels + 1).astype(np.int16), 0),
            max_posterior=spectra.image(best, np.nan),
            quality=spectra.quality,
            wcs=spectra.wcs,
            n_classes=n_classes,
            motion=motion,
        )

    def labels(self, spectra: Spectra) -> Integer[np.ndarray, " n"]:
        """Label of each spectrum: its spaxel's class - 1, -1 where unclassified."""
        return labels_of(self.classes, spectra)

    def counts(self) -> Integer[np.ndarray, " n_classes"]:
        """Number of spaxels of each class, (n_classes,)."""
        return np.bincount(self.classes.ravel(), minlength=self.n_classes + 1)[1:]


def labels_of(classes: Integer[np.ndarray, "ny nx"], spectra: Spectra) -> Integer[np.ndarray, " n"]:
    """Label of each spectrum, from class numbers (NY, NX) that count from 1: class - 1, -1 for class 0."""
    return classes[spectra.y, spectra.x].astype(int) - 1
