"""How well a mixture fits against what it may choose."""

from dataclasses import dataclass

import numpy as np

_GUARD = 1e-15  # of a posterior in a logarithm


@dataclass(frozen=True)
class Criteria:
    """Information criteria of a mixture, the larger the better.

    log_likelihood, n_parameters   L and the number c of free parameters
    aic                            L - c
    bic                            L - c / 2 log n (Schwarz 1978)
    icl                            bic plus the sum of log p(y|x) at each spectrum's label, 0 or less (Biernacki et al.
                                   2000): what uncertain labels cost
    """

    log_likelihood: float
    n_parameters: int
    aic: float
    bic: float
    icl: float

    @classmethod
    def of(cls, log_likelihood: float, n_parameters: int, posterior: np.ndarray) -> "Criteria":
        """Criteria of a fit with the posterior (n, k)."""
        bic = log_likelihood - n_parameters / 2 * np.log(len(posterior))
        certainty = float(np.log(posterior.max(axis=1).astype(np.float64) + _GUARD).sum())
        return cls(log_likelihood, n_parameters, log_likelihood - n_parameters, float(bic), float(bic) + certainty)
