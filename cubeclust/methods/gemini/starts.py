"""Starts of a network, and the choice among them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor
from torch.nn import Module

from cubeclust.divergences.gemini import Diagnosed, Divergence, gemini
from cubeclust.learning import networks
from cubeclust.learning.batches import FullBatch, Minibatches, Rows
from cubeclust.learning.diagnostics import Diagnostics
from cubeclust.learning.optimizers import OPTIMIZERS
from cubeclust.learning.stopping import Stopped, Stopping
from cubeclust.learning.train import Trainer
from cubeclust.runtime.progress import Progress

if TYPE_CHECKING:
    from cubeclust.methods.gemini.base import Gemini

BRIEF = 50  # iterations after which the rank of a start is that at its end (measured: a correlation of 0.98 or more)
_DRAWS = 6  # of the seed's streams


@dataclass(frozen=True)
class Start:
    """A network and its training so far."""

    network: Module
    trainer: Trainer

    def run_briefly(self, stopping: Stopping, progress: Progress, before: int, total: int) -> Stopped:
        """Train until the rule ends it; of `total` iterations of all starts, `before` are those of earlier ones."""

        def report(done: int, terms: dict[str, float]) -> None:
            progress.advance("starts", before + done, total, objective=-terms["gemini"])

        return self.trainer.run(stopping, report)


def new_start(method: "Gemini", data: Tensor, divergence: Callable[[Rows], Divergence], seed: int, index: int) -> Start:
    """An untrained network of data (n, d), and the training of it; index counts the starts of a fit from 0."""
    own = _seed(seed, index)
    network = networks.build(method.network, tuple(data.shape), method.hidden, method.n_clusters, own).to(data.device)
    networks.center(network, data)
    diagnostics = Diagnostics(len(data), str(data.device))

    def losses(rows: Rows) -> dict[str, Tensor]:
        part, posterior = divergence(rows), networks.posterior(network, data[rows])
        loss = -gemini(posterior, part, method.pairs)
        diagnostics.record(rows, posterior, part.figures() if isinstance(part, Diagnosed) else {})
        return {"gemini": loss}

    batches = Minibatches(len(data), method.batch_size, own) if method.batch_size else FullBatch()
    name = method.optimizer if method.optimizer != "auto" else "adam" if method.batch_size else "rprop"
    optimizer = OPTIMIZERS[name](network.parameters(), method.learning_rate)
    return Start(network, Trainer(optimizer, batches, losses, diagnostics))


def best_start(
    make: Callable[[int], Start], n_starts: int, stopping: Stopping, progress: Progress
) -> tuple[Start, tuple[str, ...]]:
    """The start with the largest objective after 50 iterations, and a note on how far the others came.

    make(index) makes the start with that index from 0. A single start is returned untrained.
    """
    best = make(0)
    if n_starts == 1:
        return best, ()
    brief = replace(stopping, max_iter=min(BRIEF, stopping.max_iter or BRIEF))
    objectives: list[float] = []
    for index in range(n_starts):
        start = make(index) if index else best
        stopped = start.run_briefly(brief, progress, index * brief.max_iter, n_starts * brief.max_iter)
        objectives.append(-start.trainer.loss)
        best = start if objectives[-1] == max(objectives) else best
        if stopped == "time":
            break
    note = (
        f"start {int(np.argmax(objectives)) + 1} of {len(objectives)} goes on, with an objective of "
        f"{max(objectives):.4g} after {brief.max_iter} iterations (the others down to {min(objectives):.4g})"
    )
    progress.say(note)
    return best, (note,)


def _seed(seed: int, index: int) -> int:
    """Seed of a network's weights: that of the fit for the first start, and independent ones for the others."""
    if index == 0:
        return seed
    return int(np.random.SeedSequence([seed, _DRAWS, index]).generate_state(1)[0])
