"""FisherEM: a Gaussian mixture in the subspace that separates its classes best."""
