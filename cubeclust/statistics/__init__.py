"""Sums over spectra that several methods share."""
