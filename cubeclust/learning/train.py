"""The one optimization loop."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from cubeclust.errors import InputError
from cubeclust.learning.batches import Rows

Batches = Callable[[], Iterable[Rows]]
Losses = Callable[[Rows], dict[str, Tensor]]


@dataclass(frozen=True)
class Training:
    """What a training did.

    history maps each term to its value as each iteration began and, last, at the end: (iterations + 1,)
    float64; converged says whether the stopping rule was met.
    """

    history: dict[str, np.ndarray]
    iterations: int
    converged: bool


@dataclass(frozen=True)
class Plateau:
    """Stopping rule: the last `window` iterations changed next to nothing.

    Met when their mean loss differs from that of the `window` iterations before by no more than `tolerance`
    times its own size.
    """

    tolerance: float
    window: int = 25

    def reached(self, losses: list[float]) -> bool:
        """Whether the losses so far have settled."""
        if len(losses) < 2 * self.window:
            return False
        before, last = np.mean(losses[-2 * self.window : -self.window]), np.mean(losses[-self.window :])
        return bool(abs(before - last) <= self.tolerance * abs(last))


def train(
    model: nn.Module,
    batches: Batches,
    losses: Losses,
    *,
    learning_rate: float,
    max_iter: int,
    plateau: Plateau,
    report: Callable[[int, dict[str, float]], None],
) -> Training:
    """Minimize the sum of the named loss terms by Adam (Kingma & Ba 2015).

    batches() yields the rows of each step of one iteration, a single slice of all for full batch; losses(rows)
    returns the terms. Terms recorded are means over an iteration's batches. With a tolerance of 0 all
    max_iter iterations run, and converged tells whether the rule holds at 1e-4 at their end.

    Raises:
        InputError: the loss overflows.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history: list[dict[str, float]] = []
    totals: list[float] = []
    for iteration in range(max_iter):
        seen = []
        for rows in batches():
            terms = losses(rows)
            optimizer.zero_grad(set_to_none=True)
            torch.stack(list(terms.values())).sum().backward()
            optimizer.step()
            seen.append(_values(terms))
        _record(seen, history, totals)
        report(iteration + 1, history[-1])
        if plateau.tolerance > 0 and plateau.reached(totals):
            break
    with torch.no_grad():
        _record([_values(losses(rows)) for rows in batches()], history, totals)
    rule = plateau if plateau.tolerance > 0 else Plateau(1e-4, plateau.window)
    columns = {name: np.array([terms[name] for terms in history]) for name in history[0]}
    return Training(columns, len(history) - 1, rule.reached(totals))


def _values(terms: dict[str, Tensor]) -> dict[str, float]:
    return {name: float(value.detach()) for name, value in terms.items()}


def _record(seen: list[dict[str, float]], history: list[dict[str, float]], totals: list[float]) -> None:
    """Append the means over an iteration's batches; InputError if their sum is not finite."""
    history.append({name: float(np.mean([terms[name] for terms in seen])) for name in seen[0]})
    totals.append(sum(history[-1].values()))
    if not np.isfinite(totals[-1]):
        raise InputError(
            f"the objective is not finite at iteration {len(history)}; lower --learning-rate, or the numbers of the "
            "kernel."
        )
