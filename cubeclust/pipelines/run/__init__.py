"""The pipeline of `cubeclust run`."""
