"""Distances between the cluster distributions p(x|y): tensors in, tensors out."""

from collections.abc import Callable

from cubeclust.divergences.gemini import Divergence
from cubeclust.divergences.mmd import mmd

# Name -> how to build the divergence on the data (n, d) of a batch.
DIVERGENCES: dict[str, Callable[..., Divergence]] = {"mmd": mmd}
