"""FisherEM: Gaussian mixtures in a discriminative subspace (Bouveyron & Brunet 2012); tensors in, tensors out."""
