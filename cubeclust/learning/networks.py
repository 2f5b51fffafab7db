"""Discriminative models p(y|x)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from cubeclust import memory


def linear(n_rows: int, n_features: int, hidden: int, n_clusters: int) -> nn.Module:
    """Logistic regression; hidden is not used."""
    return nn.Sequential(nn.Linear(n_features, n_clusters))


def mlp(n_rows: int, n_features: int, hidden: int, n_clusters: int) -> nn.Module:
    """One hidden layer with ReLU (seed paper of NGC 1068, section 3.2.1)."""
    return nn.Sequential(nn.Linear(n_features, hidden), nn.ReLU(), nn.Linear(hidden, n_clusters))


class Conv1d(nn.Module):
    """Two strided convolutions along the wavelength, a hidden layer on all their positions, and the output.

    8 and 16 filters of 9 channels with stride 4: where a line sits stays known, and there are as many features as
    channels. Rows go through by blocks, and the activations of a block are computed again for its gradient, so that
    memory does not grow with the number of spectra.
    """

    def __init__(self, n_features: int, hidden: int, n_clusters: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv1d(1, 8, 9, stride=4, padding=4), nn.ReLU(), nn.Conv1d(8, 16, 9, stride=4, padding=4), nn.ReLU()
        )
        positions = -(-n_features // 16)
        self.head = nn.Sequential(nn.Linear(16 * positions, hidden), nn.ReLU(), nn.Linear(hidden, n_clusters))
        self.rows = memory.rows_per_block(4 * 6 * n_features)
        self.apply(_keep_variance)

    def forward(self, data: Tensor) -> Tensor:
        """Logits (n, n_clusters) of data (n, n_features)."""
        return _by_blocks(self._logits, data, self.rows)

    def _logits(self, rows: Tensor) -> Tensor:
        return self.head(self.features(rows[:, None]).flatten(1))


def _by_blocks(logits: Callable[[Tensor], Tensor], data: Tensor, n_rows: int) -> Tensor:
    """Logits of data in blocks of n_rows, each computed again for its gradient if there are several."""
    blocks = data.split(n_rows)
    if len(blocks) == 1 or not torch.is_grad_enabled():
        return torch.cat([logits(rows) for rows in blocks])
    return torch.cat([checkpoint(logits, rows, use_reentrant=False) for rows in blocks])


def _keep_variance(layer: nn.Module) -> None:
    """Start of He et al. (2015), in place: with smaller weights the deeper network begins with equal clusters."""
    if isinstance(layer, nn.Conv1d | nn.Linear):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.get_parameter("bias"))


def conv1d(n_rows: int, n_features: int, hidden: int, n_clusters: int) -> nn.Module:
    """Convolutions along the wavelength."""
    return Conv1d(n_features, hidden, n_clusters)


class Categorical(nn.Module):
    """One free categorical distribution for each row (Ohl et al. 2022, section 4.1): knows nothing but its rows."""

    def __init__(self, n_rows: int, n_clusters: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.randn(n_rows, n_clusters))

    def forward(self, data: Tensor) -> Tensor:
        """Logits (n, n_clusters) of the rows that the model was made for."""
        return self.logits


def categorical(n_rows: int, n_features: int, hidden: int, n_clusters: int) -> nn.Module:
    """A free distribution for each row; hidden is not used."""
    return Categorical(n_rows, n_clusters)


class Standardized(nn.Module):
    """A network behind (x - mean) / deviation, so that it learns alike from spectra of any unit.

    The mean is that of each channel, the deviation one for all channels: what differs more still weighs more. Rows
    go through by blocks, and the standardized spectra are never held as a whole.
    """

    mean: Tensor
    inverse: Tensor

    def __init__(self, network: nn.Module, n_features: int) -> None:
        super().__init__()
        self.network = network
        self.rows = memory.rows_per_block(4 * n_features)
        self.register_buffer("mean", torch.zeros(n_features))
        self.register_buffer("inverse", torch.ones(()))

    def learn(self, data: Tensor) -> None:
        """Take mean and deviation, in float64 by blocks, of data (n, d); if all rows are equal they become 0."""
        blocks = data.split(self.rows)
        mean = torch.stack([rows.sum(dim=0, dtype=torch.float64) for rows in blocks]).sum(dim=0) / len(data)
        self.mean.copy_(mean)
        squares = torch.stack([(rows - self.mean).square().sum(dtype=torch.float64) for rows in blocks]).sum()
        deviation = (squares / data.numel()).sqrt()
        rounding = 4 * torch.finfo(data.dtype).eps * mean.square().mean().sqrt()
        self.inverse.copy_(torch.where(deviation > rounding, 1 / deviation, 0.0))

    def forward(self, data: Tensor) -> Tensor:
        """Logits (n, n_clusters) of data (n, n_features)."""
        return _by_blocks(self._logits, data, self.rows)

    def _logits(self, rows: Tensor) -> Tensor:
        return self.network((rows - self.mean) * self.inverse)


# Weights and biases of linear and mlp start uniform in +-1/sqrt(inputs of the layer), as in gemclus (torch's default).
NETWORKS: dict[str, Callable[[int, int, int, int], nn.Module]] = {
    "mlp": mlp,
    "linear": linear,
    "conv1d": conv1d,
    "categorical": categorical,
}


def build(
    name: str, shape: tuple[int, ...], hidden: int, n_clusters: int, seed: int, *, standardized: bool = False
) -> nn.Module:
    """Network of logits for data of that shape, (n, d) -> (n, n_clusters), its start decided by the seed on any device.

    Only the categorical model depends on the number of rows, and it alone sees no data to be standardized.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = NETWORKS[name](shape[0], shape[1], hidden, n_clusters)
    return Standardized(network, shape[1]) if standardized and name != "categorical" else network


def posterior(network: nn.Module, data: Tensor) -> Tensor:
    """p(y|x) of each row, (n, k)."""
    return torch.softmax(network(data), dim=1)
