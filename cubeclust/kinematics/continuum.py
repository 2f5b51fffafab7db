"""The continuum under lines: the first quartile of the flux, raised by what noise lowers it."""

from jaxtyping import Float
from torch import Tensor

from cubeclust.kinematics.running import running_percentile

WINDOW = 101  # channels (ALFA: Wesson 2016, section 2.2)
_PERCENTILE = 25.0
_QUARTILE = 0.6745  # standard deviations between the first quartile of a Gaussian and its mean


def lower_quartile(flux: Float[Tensor, "n n_wave"]) -> Float[Tensor, "n n_wave"]:
    """Running first quartile of flux.

    In place of the median it leaves out emission lines that fill up to half of a window.
    """
    return running_percentile(flux, _PERCENTILE, WINDOW)


def raised(quartile: Float[Tensor, "n n_wave"], variance: Float[Tensor, "n n_wave"]) -> Float[Tensor, "n n_wave"]:
    """Continuum: the mean of what has this quartile and Gaussian noise of the variance."""
    return quartile + _QUARTILE * running_percentile(variance, 50.0, WINDOW).sqrt()
