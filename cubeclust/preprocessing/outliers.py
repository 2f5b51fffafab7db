"""Spectra that would rule the map alone."""

from dataclasses import dataclass

import numpy as np

from cubeclust.quality import Quality
from cubeclust.spectra import Spectra
from cubeclust.statistics.isolation import alone
from cubeclust.statistics.noise import typical_noise

TREATMENTS = {
    "label": "did not enter the fit, and have the class that its model gives them",
    "leave-out": "did not enter the fit, and have no class",
}


@dataclass(frozen=True)
class SetOutliersApart:
    """Keep spectra that stand alone (`statistics.isolation`) from the fit, which would give them classes of their own.

    With "label" they come last among the spectra, for the fitted model to label; with "leave-out" they are dropped.
    Either way they have the bit OUTLIER.
    """

    treatment: str

    def apply(self, spectra: Spectra) -> Spectra:
        """Return the spectra with outliers apart, and a note on their number."""
        noise = typical_noise(spectra)
        if not np.isfinite(noise).all():
            return spectra.noted("spectra of one or two channels without variance are not searched for outliers")
        found = alone(spectra, noise)
        if not found.any():
            return spectra
        reasons = np.where(found, Quality.OUTLIER, 0)
        apart = spectra.apart(reasons) if self.treatment == "label" else spectra.keep(reasons)
        return apart.noted(
            f"{np.count_nonzero(found):,} spectra are like no other: they {TREATMENTS[self.treatment]} "
            "(--outliers keep lets them enter)"
        )
