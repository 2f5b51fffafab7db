"""The one optimization loop."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor
from torch.optim import Optimizer

from cubeclust.errors import InputError
from cubeclust.learning.batches import Rows
from cubeclust.learning.diagnostics import Diagnostics
from cubeclust.learning.stopping import Stopped, Stopping

Batches = Callable[[], Iterable[Rows]]
Losses = Callable[[Rows], dict[str, Tensor]]
OnIteration = Callable[[int, dict[str, float]], None]  # number of the iteration, from 1, and its terms


@dataclass(frozen=True)
class Training:
    """Result of a training.

    losses maps each term, figures each figure of the diagnostics, to its value as each iteration began and, last, at
    the end: (iterations + 1,) float64. A loss is the mean over an iteration's batches. stopped is what ended it;
    converged whether the rule was met: one that time has stopped is not.
    """

    losses: dict[str, Float64[np.ndarray, " n_values"]]
    figures: dict[str, Float64[np.ndarray, " n_values"]]
    iterations: int
    converged: bool
    stopped: Stopped


class Trainer:
    """Minimize the sum of the named loss terms, in one go or with interruptions.

    batches() yields the rows of each step of one iteration, a single slice of all for full batch; losses(rows)
    returns the terms, and records posterior and figures in the diagnostics.
    """

    def __init__(self, optimizer: Optimizer, batches: Batches, losses: Losses, diagnostics: Diagnostics) -> None:
        self.optimizer: Optimizer = optimizer
        self.batches: Batches = batches
        self.losses: Losses = losses
        self.history: _History = _History(diagnostics)

    @property
    def loss(self) -> float:
        """Loss as the last iteration began."""
        return self.history.totals[-1]

    def run(self, stopping: Stopping, on_iteration: OnIteration) -> Stopped:
        """Go on until the rule ends the training, at once where it is met, and return what ended it.

        Raises:
            InputError: the loss overflows.
        """
        history = self.history
        stopped = stopping.after(history.totals, history.relabeled) if history.totals else None
        while stopped is None:
            on_iteration(len(history.totals) + 1, self._iterate())
            stopped = stopping.after(history.totals, history.relabeled)
        return stopped

    def _iterate(self) -> dict[str, float]:
        seen = []
        for rows in self.batches():
            terms = self.losses(rows)
            self.optimizer.zero_grad(set_to_none=True)
            torch.stack(list(terms.values())).sum().backward()
            self._require_finite_gradient()
            self.optimizer.step()
            seen.append(_values(terms))
        return self.history.take(seen)

    def _require_finite_gradient(self) -> None:
        """Raise InputError for a gradient that overflows, whose signs would mean nothing."""
        weights = [weight for group in self.optimizer.param_groups for weight in group["params"]]
        if not all(bool(torch.isfinite(weight.grad).all()) for weight in weights if weight.grad is not None):
            raise InputError(_overflow(len(self.history.totals) + 1))

    def finished(self, stopping: Stopping, stopped: Stopped) -> Training:
        """The result, with the losses at the end."""
        history, iterations = self.history, len(self.history.totals)
        with torch.no_grad():
            history.take([_values(self.losses(rows)) for rows in self.batches()])
        settled = stopped == "iterations" and stopping.plateau.reached(history.totals, history.relabeled)
        return Training(
            _columns(history.losses), _columns(history.figures), iterations, stopped == "plateau" or settled, stopped
        )


class _History:
    """Losses, their sum and the figures of each iteration so far."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.losses: dict[str, list[float]] = {}
        self.figures: dict[str, list[float]] = {}
        self.totals: list[float] = []

    @property
    def relabeled(self) -> float:
        return self.figures["relabeled"][-1]

    def take(self, seen: list[dict[str, float]]) -> dict[str, float]:
        """Append the means over an iteration's batches, and return them; InputError if their sum is not finite."""
        means = {name: float(np.mean([terms[name] for terms in seen])) for name in seen[0]}
        for kept, values in ((self.losses, means), (self.figures, self.diagnostics.end_iteration())):
            for name, value in values.items():
                kept.setdefault(name, []).append(value)
        self.totals.append(sum(means.values()))
        if not np.isfinite(self.totals[-1]):
            raise InputError(_overflow(len(self.totals)))
        return means


def _overflow(iteration: int) -> str:
    return f"the objective is not finite at iteration {iteration}; lower --learning-rate, or the numbers of the kernel."


def _values(terms: dict[str, Tensor]) -> dict[str, float]:
    return {name: float(value.detach()) for name, value in terms.items()}


def _columns(history: dict[str, list[float]]) -> dict[str, np.ndarray]:
    return {name: np.array(values) for name, values in history.items()}
