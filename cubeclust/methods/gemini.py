"""GEMINI: discriminative clustering by generalized mutual information (Ohl et al. 2022)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from cubeclust.errors import InputError
from cubeclust.settings import check, preset, setting

if TYPE_CHECKING:
    from cubeclust.clustering import Clustering
    from cubeclust.progress import Progress
    from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class Gemini:
    """Maximize a GEMINI of the posterior that a network gives to the spectra."""

    n_clusters: int = setting(10, "Largest number of clusters; fewer may end up used.", minimum=1)
    network: str = setting("mlp", "Discriminative model p(y|x).", choices=("mlp", "linear"))
    hidden: int = setting(50, "Units of the hidden layer (mlp).", minimum=1)
    max_iter: int = setting(1000, "Passes over all spectra.", minimum=1)
    learning_rate: float = setting(0.001, "Step of the Adam optimizer.", above=0)
    batch_size: int = setting(0, "Spectra in a batch; 0 = all of them, the exact objective.", minimum=0)
    tolerance: float = setting(
        0.0,
        "Stop once 25 iterations change less than this share of the objective; 0 = run all and judge by 1e-4.",
        minimum=0,
    )
    divergence: str = preset("mmd")
    pairs: Literal["ova", "ovo"] = preset("ova")

    paper: ClassVar[str] = "Ohl et al. 2022, NeurIPS 35, 3377 (GEMINI)"
    default_scale: ClassVar[str] = "zscore"
    uses_gpu: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check(self)
        if self.batch_size == 1:
            raise InputError("--batch-size is 1: one spectrum is no distribution; give at least 2, or 0 for all.")

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Posterior, activations and their gradients; weights with Adam's two moments; means in float64."""
        weights = self.hidden * (n_wave + self.n_clusters) if self.network == "mlp" else n_wave * self.n_clusters
        batch = 4 * self.batch_size * n_wave
        means = 8 * 8 * self.n_clusters * n_wave
        return 4 * n_spectra * (6 * self.n_clusters + 4 * self.hidden) + 16 * weights + means + batch

    def fit(self, spectra: "Spectra", *, seed: int, device: str, report: "Progress") -> "Clustering":
        """Train the network; posterior, loss history and weights are in the result."""
        import torch

        from cubeclust.clustering import Clustering
        from cubeclust.divergences import DIVERGENCES
        from cubeclust.divergences.gemini import gemini
        from cubeclust.learning import networks
        from cubeclust.learning.batches import FullBatch, Minibatches
        from cubeclust.learning.device import make_exact
        from cubeclust.learning.train import Plateau, train

        make_exact(device)
        data = torch.from_numpy(spectra.flux).to(device)  # (n, d)
        network = networks.build(self.network, spectra.n_wave, self.hidden, self.n_clusters, seed).to(device)

        build = DIVERGENCES[self.divergence]
        whole = build(data)

        def losses(batch: torch.Tensor) -> dict[str, torch.Tensor]:
            divergence = build(batch) if self.batch_size else whole
            return {"gemini": -gemini(networks.posterior(network, batch), divergence, self.pairs)}

        def progress(iteration: int, terms: dict[str, float]) -> None:
            report.advance("fit", iteration, self.max_iter, objective=-terms["gemini"])

        training = train(
            network,
            Minibatches(data, self.batch_size, seed) if self.batch_size else FullBatch(data),
            losses,
            learning_rate=self.learning_rate,
            max_iter=self.max_iter,
            plateau=Plateau(self.tolerance),
            report=progress,
        )
        with torch.no_grad():
            posterior = networks.posterior(network, data).cpu().numpy()
        return Clustering(
            labels=posterior.argmax(axis=1),
            n_clusters=self.n_clusters,
            posterior=posterior,
            history={name: -values for name, values in training.history.items()},
            iterations=training.iterations,
            converged=training.converged,
            parameters={name: value.cpu().numpy() for name, value in network.state_dict().items()},
        )
