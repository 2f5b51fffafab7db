"""Cubes as files: layouts, axes, samples."""
