"""The pipeline of `cubeclust select`."""
