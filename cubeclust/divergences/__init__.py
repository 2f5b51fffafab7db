"""Distances between the cluster distributions p(x|y): tensors in, tensors out."""

import os

# POT and geomloss import pykeops where there is one, and that prints to stdout, which belongs to the product.
os.environ.setdefault("PYKEOPS_VERBOSE", "0")
