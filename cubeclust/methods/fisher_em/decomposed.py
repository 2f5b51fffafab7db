"""The part of a fit that does not depend on the number of classes, the model or the start."""

from dataclasses import dataclass
from math import log

from cubeclust.fisher.sample import Sample
from cubeclust.fisher.total import Total
from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class Decomposed:
    """Spectra on the device and their total covariance, for any model, start and number of clusters."""

    spectra: Spectra
    sample: Sample
    total: Total

    @property
    def jacobian(self) -> float:
        """Term that converts a log-likelihood of the sample to the unit of the spectra: subtract it."""
        return self.sample.data.numel() * log(self.sample.unit)
