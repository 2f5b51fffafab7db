"""An autoencoder: a few features of each spectrum, from which a network can draw the spectrum again."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from cubeclust.learning.batches import Minibatches
from cubeclust.learning.diagnostics import Diagnostics
from cubeclust.learning.moments import moments
from cubeclust.learning.networks import Centered, CenteredLinear, center
from cubeclust.learning.optimizers import adam
from cubeclust.learning.stopping import TOLERANCE, Plateau, Stopping
from cubeclust.learning.train import Trainer

_UNITS = 256  # of the hidden layers
_BATCH = 256  # rows
# At least so many. A longer training learns the noise: trained on 1,200 spectra of Abell 478, 20 features miss 53 % of
# the variance of 400 others after 200 steps (20 principal components: 53 %) and 66 % after 2,000.
_PASSES, _STEPS = 20, 300
_RATE = 0.001


class Autoencoder(nn.Module):
    """d - 256 - n_features - 256 - d with leaky ReLU in the hidden layers, features and output linear.

    Of the autoencoder of Boubekki et al. (2021, section 5.1 and appendix), d-500-500-2000-p-2000-500-500-d, it has the
    activations (slope 0.2), the mean square as loss, Adam's step and the batches; with one hidden layer a side it
    trains within seconds.
    """

    def __init__(self, n_wave: int, n_features: int) -> None:
        super().__init__()
        self.centered: Centered = Centered(n_wave)
        self.encoder: nn.Sequential = nn.Sequential(
            CenteredLinear(n_wave, _UNITS), nn.LeakyReLU(0.2), nn.Linear(_UNITS, n_features)
        )
        self.decoder: nn.Sequential = nn.Sequential(
            nn.Linear(n_features, _UNITS), nn.LeakyReLU(0.2), nn.Linear(_UNITS, n_wave)
        )

    def error(self, data: Float[Tensor, "n d"]) -> Float[Tensor, ""]:
        """Mean square of what the reconstruction of data misses, as a share of the variance."""
        return (self.decoder(self.encoder(data)) - self.centered(data)).square().mean()


def embed(
    data: Float[Tensor, "n d"], n_features: int, seed: int, on_pass: Callable[[int, int, float], None]
) -> tuple[Float[Tensor, "n n_features"], float]:
    """Features of data, centered and divided by one deviation, and the error of the last pass.

    The error is the share of the variance that the reconstructions miss; on_pass takes the pass, their number, and the
    error during it. The seed decides the result on each device.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Autoencoder(data.shape[1], n_features).to(data)
    center(network, data)
    passes = _passes(len(data))
    stopping = Stopping(passes, 0.0, Plateau(TOLERANCE), early=False)
    trainer = Trainer(
        adam(network.parameters(), _RATE),
        Minibatches(len(data), _BATCH, seed),
        lambda rows: {"reconstruction": network.error(data[rows])},
        Diagnostics(1, str(data.device)),
    )
    stopped = trainer.run(stopping, lambda done, terms: on_pass(done, passes, terms["reconstruction"]))
    training = trainer.finished(stopping, stopped)
    with torch.no_grad():
        features = torch.cat([network.encoder(rows) for rows in data.split(_BATCH)])
    mean, spread = moments(features)
    return ((features - mean) / spread).to(data.dtype), float(training.losses["reconstruction"][-1])


def _passes(n: int) -> int:
    """Passes over n rows."""
    return max(_PASSES, -(-_STEPS // -(-n // _BATCH)))


def autoencoder_memory(n: int, n_wave: int, n_features: int) -> int:
    """Bytes for weights with their gradients and Adam's moments, a batch with its activations, and the features."""
    return 16 * 2 * _UNITS * (n_wave + n_features) + 6 * 4 * _BATCH * (n_wave + 2 * _UNITS) + 3 * 8 * n * n_features


def autoencoder_effort(n: int, n_wave: int, n_features: int) -> float:
    """Multiplications for the reconstructions and their gradients in all passes."""
    return 3.0 * _passes(n) * n * 2 * _UNITS * (n_wave + n_features)
