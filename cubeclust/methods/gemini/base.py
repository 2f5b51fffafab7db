"""Common part of all GEMINI methods: the network, its training and the posterior."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.errors import InputError
from cubeclust.learning.stopping import TOLERANCE, Plateau, Stopping
from cubeclust.methods.gemini.labeler import network_labeler
from cubeclust.methods.protocol import Labeler
from cubeclust.runtime.device import cache_bytes_on, make_exact, out_of_memory_explained, to_device
from cubeclust.runtime.progress import Progress, RecordingProgress
from cubeclust.settings import check, preset, setting
from cubeclust.spectra import Spectra

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

    from cubeclust.divergences.gemini import Divergence
    from cubeclust.learning.batches import Rows
    from cubeclust.learning.train import Training

_BRIEF = 50  # iterations of each start, as in `starts`, which imports torch
# Rows, and bytes that may be taken to save time -> the divergence on those rows.
Build = Callable[["Rows", int], "Divergence"]


@dataclass(frozen=True)
class Gemini(ABC):
    """Maximize the GEMINI of a network's posterior of the spectra; each subclass has one divergence."""

    n_clusters: int = setting(10, "Number of clusters at most; the fit may leave some of them empty.", minimum=1)
    network: str = setting(
        "mlp",
        "Model of p(y|x); categorical gives each spectrum probabilities of its own.",
        choices=("mlp", "linear", "conv1d", "categorical"),
    )
    hidden: int = setting(50, "Units of the hidden layer (mlp, conv1d).", minimum=1)
    max_iter: int = setting(10_000, "Passes over all spectra at most; 0 ends the fit at convergence only.", minimum=0)
    max_minutes: float = setting(0.0, "Minutes after which the fit ends, converged or not; 0 sets no bound.", minimum=0)
    n_starts: int = setting(
        5, "Starts, of which the one with the largest objective after 50 iterations goes on.", minimum=1
    )
    optimizer: str = setting(
        "auto",
        "rprop gives each weight a step by the signs of its gradient, which has to be that of all spectra; adam is for "
        "batches; auto takes rprop without batches.",
        choices=("auto", "rprop", "adam"),
    )
    learning_rate: float = setting(0.001, "Step size of adam, and the first one of rprop.", above=0)
    batch_size: int = setting(0, "Spectra in a batch; 0 takes all of them, which gives the exact objective.", minimum=0)
    tolerance: float = setting(
        TOLERANCE,
        "The fit has converged, and ends, once its last fifth of iterations changed the objective by less than this "
        "share, and fewer than one label in 1000; with 0 all of --max-iter run, and the share is 1e-4.",
        minimum=0,
    )
    pairs: Literal["ova", "ovo"] = preset("ova")

    paper: ClassVar[str] = "Ohl et al. 2022, NeurIPS 35, 3377 (GEMINI)"
    default_scale: ClassVar[str] = "total-flux"
    uses_gpu: ClassVar[bool] = True
    figures: ClassVar[tuple[str, ...]] = ("convergence.png",)

    def __post_init__(self) -> None:
        check(self)
        if self.batch_size and self.optimizer == "rprop":
            raise InputError(
                f"--optimizer rprop follows the gradient of all spectra and --batch-size is {self.batch_size}; leave "
                "out one of them."
            )
        if self.batch_size == 1:
            raise InputError("--batch-size is 1: a batch needs at least 2 spectra; give 2 or more, or 0 for all.")
        if self.batch_size and self.network == "categorical":
            raise InputError(
                f"--batch-size {self.batch_size}: --network categorical has no batches; give --batch-size 0."
            )

    @abstractmethod
    def divergence(self, data: "Tensor", progress: Progress) -> Build:
        """Function that builds the divergence of rows of data (n, d): spectra or features, on the device of the fit.

        Sentences that go to `progress` meanwhile are recorded.
        """

    @abstractmethod
    def divergence_memory(self, n_spectra: int, n_wave: int) -> int:
        """Bytes that the divergence needs for n_spectra spectra, in batches if --batch-size is given."""

    @abstractmethod
    def divergence_effort(self, n_spectra: int, n_wave: int) -> float:
        """Multiplications of one value and its gradient on a batch of n_spectra spectra."""

    def features(
        self, spectra: Spectra, data: "Tensor", seed: int, progress: Progress
    ) -> "tuple[Tensor, tuple[str, ...]]":
        """Input of the divergence (n, width), and notes on it; data (n, d) is the flux of the spectra on the device."""
        return data, ()

    def warnings(self, figures: Mapping[str, np.ndarray]) -> tuple[str, ...]:
        """Sentences on why the objective may be wrong, by the figures of a training, one for each iteration."""
        return ()

    def width(self, n_wave: int) -> int:
        """Columns of the input of the divergence."""
        return n_wave

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Posterior, activations and their gradients; weights with Adam's two moments; the divergence."""
        k, n = self.n_clusters, n_spectra
        weights, activations = {
            "mlp": (self.hidden * (n_wave + k), n * self.hidden),
            "linear": (n_wave * k, 0),
            "conv1d": (self.hidden * (n_wave + 16 + k) + 2000, n * self.hidden + 2**25),
            "categorical": (n * k, 0),
        }[self.network]
        batch = 2 * 4 * self.batch_size * n_wave
        return 4 * n * 6 * k + 16 * activations + 16 * weights + batch + self.divergence_memory(n, self.width(n_wave))

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Products with the spectra in each iteration: of the network and of the divergence."""
        width = {"mlp": self.hidden, "linear": self.n_clusters, "conv1d": self.hidden + 50, "categorical": 0}
        batch = min(self.batch_size or n_spectra, n_spectra)
        divergence = n_spectra / batch * self.divergence_effort(batch, self.width(n_wave))
        iterations = (self.max_iter or inf) + (self.n_starts - 1) * min(_BRIEF, self.max_iter or inf)
        return iterations * (4.0 * n_spectra * n_wave * width[self.network] + divergence)

    @property
    def max_seconds(self) -> float:
        """--max-minutes in seconds."""
        return 60 * self.max_minutes or inf

    def shortened(self, steps: int) -> Self:
        """The same training of one start with `steps` iterations."""
        return replace(self, max_iter=steps, max_minutes=0.0, n_starts=1)

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Train the network; the result has posterior, weights and the history of the training."""
        import torch

        from cubeclust.learning import networks

        make_exact(device)
        with out_of_memory_explained():
            data = to_device(spectra.flux, device)  # (n, d)
            features, notes = self.features(spectra, data, seed, progress)
            recorded = RecordingProgress(progress)
            build = self.divergence(features, recorded)
            network, training, chosen = self._train(
                data, build, progress, seed=seed, cache_bytes=cache_bytes_on(device, cache_bytes)
            )
            if training.stopped != "iterations":
                progress.advance("fit", done := training.iterations, done, objective=-training.losses["gemini"][-1])
            for sentence in (warnings := self.warnings(training.figures)):
                progress.say(sentence)
            with torch.no_grad():
                posterior = networks.posterior(network, data).cpu().numpy()
        return Clustering(
            labels=posterior.argmax(axis=1),
            n_clusters=self.n_clusters,
            posterior=posterior,
            history={name: -values for name, values in training.losses.items()} | training.figures,
            iterations=training.iterations,
            converged=training.converged,
            stopped=training.stopped,
            notes=self._notes() + notes + recorded.messages + chosen,
            warnings=warnings,
            parameters={name: value.cpu().numpy() for name, value in network.state_dict().items()},
        )

    def _train(
        self, data: "Tensor", build: Build, progress: Progress, *, seed: int, cache_bytes: int
    ) -> "tuple[Module, Training, tuple[str, ...]]":
        """Maximize the GEMINI of a network's posterior of data; also notes on the choice of its start."""
        from cubeclust.methods.gemini.starts import best_start, new_start

        stopping = self._stopping(len(data))
        for sentence in (f"the fit ends {stopping}", *self._notes()):
            progress.say(sentence)
        whole = None if self.batch_size else build(slice(None), cache_bytes)

        def divergence(rows: "Rows") -> "Divergence":
            return whole or build(rows, cache_bytes)

        best, notes = best_start(
            lambda index: new_start(self, data, divergence, seed, index), self.n_starts, stopping, progress
        )
        stopped = best.trainer.run(
            stopping,
            lambda done, terms: progress.advance("fit", done, self.max_iter or None, objective=-terms["gemini"]),
        )
        return best.network, best.trainer.finished(stopping, stopped), notes

    def _stopping(self, n: int) -> Stopping:
        """Stopping rule for n spectra; the label of a single one may keep changing."""
        plateau = Plateau(self.tolerance or TOLERANCE, max(1e-3, 1 / n))
        return Stopping(self.max_iter, self.max_minutes, plateau, early=self.tolerance > 0 or not self.max_iter)

    def _notes(self) -> tuple[str, ...]:
        """A note on the objective of batches."""
        if not self.batch_size:
            return ()
        return (
            f"--batch-size {self.batch_size}: the objective is the mean over an iteration's batches, a biased estimate "
            "of that of all spectra; compare it only with runs of the same batch size",
        )

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> Labeler | None:
        """Labels by the trained network; None for the categorical one, which has no posterior of other spectra."""
        if self.network == "categorical":
            return None
        return network_labeler(self.network, self.hidden, self.n_clusters, model, device)
