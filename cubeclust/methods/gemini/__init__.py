"""GEMINI: discriminative clustering by generalized mutual information (Ohl et al. 2022), one file per divergence."""
