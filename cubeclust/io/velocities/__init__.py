"""Velocity maps as files."""
