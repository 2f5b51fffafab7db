"""Discriminative models p(y|x)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def linear(n_features: int, hidden: int, n_clusters: int) -> nn.Module:
    """Logistic regression; hidden is not used."""
    return nn.Sequential(nn.Linear(n_features, n_clusters))


def mlp(n_features: int, hidden: int, n_clusters: int) -> nn.Module:
    """One hidden layer with ReLU (seed paper of NGC 1068, section 3.2.1)."""
    return nn.Sequential(nn.Linear(n_features, hidden), nn.ReLU(), nn.Linear(hidden, n_clusters))


# Weights and biases start uniform in +-1/sqrt(inputs of the layer), as in gemclus (torch's own default).
NETWORKS: dict[str, Callable[[int, int, int], nn.Module]] = {"mlp": mlp, "linear": linear}


def build(name: str, n_features: int, hidden: int, n_clusters: int, seed: int) -> nn.Module:
    """Network of logits (n, n_features) -> (n, n_clusters), its start decided by the seed on any device."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return NETWORKS[name](n_features, hidden, n_clusters)


def posterior(network: nn.Module, data: Tensor) -> Tensor:
    """p(y|x) of each row, (n, k)."""
    return torch.softmax(network(data), dim=1)
