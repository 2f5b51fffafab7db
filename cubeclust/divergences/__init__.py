"""Distances between the cluster distributions p(x|y): tensors in, tensors out."""
