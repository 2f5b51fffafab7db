"""Fits as entries of a table, and the choice among them."""
