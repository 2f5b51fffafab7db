"""Scores of a clustering."""
