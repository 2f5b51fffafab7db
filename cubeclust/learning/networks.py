"""Discriminative models p(y|x)."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from cubeclust.learning.moments import moments
from cubeclust.runtime import memory


class Centered(nn.Module):
    """Centering and scaling of a network's input, (x - center) / spread; 0 and 1 until `center` sets them.

    With the data's own mean and root mean square deviation a training goes the same way in any unit and at any
    offset of the data.
    """

    center: Float[Tensor, " n_features"]
    spread: Float[Tensor, " ..."]

    def __init__(self, n_features: int) -> None:
        super().__init__()
        self.register_buffer("center", torch.zeros(n_features))
        self.register_buffer("spread", torch.ones(1))

    def forward(self, rows: Float[Tensor, "n n_features"]) -> Float[Tensor, "n n_features"]:
        """Rows in the network's unit."""
        return (rows - self.center) / self.spread


class CenteredLinear(nn.Linear):
    """A linear layer on the centered input, without a copy of it: the weights take the factor, the bias the offset."""

    def __init__(self, n_features: int, n_outputs: int) -> None:
        super().__init__(n_features, n_outputs)
        self.centered: Centered = Centered(n_features)

    def forward(self, data: Float[Tensor, "n n_features"]) -> Float[Tensor, "n n_outputs"]:
        """Outputs of the layer."""
        weight = self.weight / self.centered.spread
        return nn.functional.linear(data, weight, self.bias - weight @ self.centered.center)


def linear(n_rows: int, n_features: int, hidden: int, n_clusters: int) -> nn.Module:
    """Logistic regression; hidden is not used."""
    return nn.Sequential(CenteredLinear(n_features, n_clusters))


def mlp(n_rows: int, n_features: int, hidden: int, n_clusters: int) -> nn.Module:
    """One hidden layer with ReLU (seed paper of NGC 1068, section 3.2.1)."""
    return nn.Sequential(CenteredLinear(n_features, hidden), nn.ReLU(), nn.Linear(hidden, n_clusters))


class Conv1d(nn.Module):
    """Two strided convolutions along the wavelength, a hidden layer on all their positions, and the output.

    8 and 16 filters of 9 channels with stride 4: where a line sits stays known, and there are as many features as
    channels. Rows go through by blocks, and the activations of a block are computed again for its gradient, so that
    memory does not grow with the number of spectra.
    """

    def __init__(self, n_features: int, hidden: int, n_clusters: int) -> None:
        super().__init__()
        self.centered: Centered = Centered(n_features)
        self.features: nn.Sequential = nn.Sequential(
            nn.Conv1d(1, 8, 9, stride=4, padding=4), nn.ReLU(), nn.Conv1d(8, 16, 9, stride=4, padding=4), nn.ReLU()
        )
        positions = -(-n_features // 16)
        self.head: nn.Sequential = nn.Sequential(
            nn.Linear(16 * positions, hidden), nn.ReLU(), nn.Linear(hidden, n_clusters)
        )
        self.rows: int = memory.rows_per_block(4 * 6 * n_features)
        self.apply(_keep_variance)

    def forward(self, data: Float[Tensor, "n n_features"]) -> Float[Tensor, "n n_clusters"]:
        """Logits of each row."""
        blocks = data.split(self.rows)
        if len(blocks) == 1 or not torch.is_grad_enabled():
            return torch.cat([self._logits(rows) for rows in blocks])
        return torch.cat([checkpoint(self._logits, rows, use_reentrant=False) for rows in blocks])

    def _logits(self, rows: Float[Tensor, "n n_features"]) -> Float[Tensor, "n n_clusters"]:
        return self.head(self.features(self.centered(rows)[:, None]).flatten(1))


def _keep_variance(layer: nn.Module) -> None:
    """Start of He et al. (2015), in place: with smaller weights the deeper network begins with equal clusters."""
    if isinstance(layer, nn.Conv1d | nn.Linear):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.get_parameter("bias"))


def conv1d(n_rows: int, n_features: int, hidden: int, n_clusters: int) -> nn.Module:
    """Convolutions along the wavelength."""
    return Conv1d(n_features, hidden, n_clusters)


class Categorical(nn.Module):
    """One free categorical distribution for each row (Ohl et al. 2022, section 4.1), which no new row has."""

    def __init__(self, n_rows: int, n_clusters: int) -> None:
        super().__init__()
        self.logits: nn.Parameter = nn.Parameter(torch.randn(n_rows, n_clusters))

    def forward(self, data: Float[Tensor, "n n_features"]) -> Float[Tensor, "n n_clusters"]:
        """Logits of the rows that the model was made for."""
        return self.logits


def categorical(n_rows: int, n_features: int, hidden: int, n_clusters: int) -> nn.Module:
    """A free distribution for each row; hidden is not used."""
    return Categorical(n_rows, n_clusters)


# Weights and biases of linear and mlp start uniform in +-1/sqrt(inputs of the layer), as in gemclus (torch's default).
NETWORKS: dict[str, Callable[[int, int, int, int], nn.Module]] = {
    "mlp": mlp,
    "linear": linear,
    "conv1d": conv1d,
    "categorical": categorical,
}


def build(name: str, shape: tuple[int, ...], hidden: int, n_clusters: int, seed: int) -> nn.Module:
    """Network of logits for data of that shape, (n, d) -> (n, n_clusters), its start decided by the seed on any device.

    Only the categorical model depends on the number of rows.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return NETWORKS[name](shape[0], shape[1], hidden, n_clusters)


def center(network: nn.Module, data: Float[Tensor, "n d"]) -> None:
    """Set mean and root mean square deviation of data in the network's `Centered` layers."""
    for layer in network.modules():
        if isinstance(layer, Centered):
            mean, spread = moments(data)
            layer.center.copy_(mean)
            layer.spread.copy_(spread)


def posterior(network: nn.Module, data: Float[Tensor, "n d"]) -> Float[Tensor, "n k"]:
    """p(y|x) of each row, (n, k)."""
    return torch.softmax(network(data), dim=1)
