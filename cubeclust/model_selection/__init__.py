"""Candidates for the number of clusters and the model, and the choice among them."""
