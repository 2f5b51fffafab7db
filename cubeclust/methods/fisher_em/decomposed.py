"""What all fits to the same spectra share."""

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
        """What the unit of the sample takes from a log-likelihood."""
        return self.sample.data.numel() * log(self.sample.unit)
