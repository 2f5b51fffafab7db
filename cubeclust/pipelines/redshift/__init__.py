"""The pipeline of `cubeclust redshift`."""
