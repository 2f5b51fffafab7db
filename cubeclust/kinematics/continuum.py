"""The continuum under lines."""

import torch

from cubeclust.kinematics.running import running_percentile

WINDOW = 101  # channels (ALFA: Wesson 2016, section 2.2)
_PERCENTILE = 25.0
_QUARTILE = 0.6745  # standard deviations between the first quartile of a Gaussian and its mean


def continuum(flux: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
    """Continuum (n, n_wave) of flux: its running first quartile, raised by what noise of the variance lowers it.

    A quartile in place of the median leaves out emission lines that fill up to half of a window.
    """
    noise = running_percentile(variance, 50.0, WINDOW).sqrt()
    return running_percentile(flux, _PERCENTILE, WINDOW) + _QUARTILE * noise
