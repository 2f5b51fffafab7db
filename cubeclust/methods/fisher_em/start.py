"""Posterior from which the iteration starts."""

import numpy as np
import torch
from torch import Tensor

from cubeclust.errors import InputError


def posterior_of(start: np.ndarray, n: int, k: int) -> Tensor:
    """Posterior (n, k) float64 of labels (n,) or of a posterior; InputError for another shape or range."""
    if start.shape == (n,) and 0 <= start.min() <= start.max() < k:
        start = np.eye(k)[start.astype(int)]
    if start.shape != (n, k) or not (np.all(start >= 0) and np.allclose(start.sum(axis=1), 1)):
        raise InputError(
            f"start_classes has shape {start.shape}; give labels 0..{k - 1} or a posterior of {n} spectra."
        )
    return torch.tensor(start, dtype=torch.float64)
