"""Velocities of gas and stars from spectra; tensors in, tensors out."""
