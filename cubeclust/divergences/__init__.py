"""Distances between the cluster distributions p(x|y): tensors in, tensors out."""

from collections.abc import Callable

from torch import Tensor

from cubeclust.divergences.gemini import Divergence
from cubeclust.divergences.mmd import LinearMMD

# Name -> how to build the divergence on the data (n, d) of a batch.
DIVERGENCES: dict[str, Callable[[Tensor], Divergence]] = {"mmd": LinearMMD}
