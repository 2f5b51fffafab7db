"""The choice between fits with different numbers of clusters and models."""
