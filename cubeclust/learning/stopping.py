"""Stopping rules of a training, and its convergence."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Stopped = Literal["plateau", "iterations", "time"]
TOLERANCE = 1e-4  # of the rule where the user names none
_OFTEN = 25  # iterations from one look at the rule to the next; no window is shorter


def window(iterations: int) -> int:
    """Iterations in each of the two windows that the rule compares: a tenth of those done."""
    return max(_OFTEN, iterations // 10)


@dataclass(frozen=True)
class Plateau:
    """Rule of convergence: objective and labels have settled over the last fifth of the iterations.

    Met when the mean loss of the last tenth differs from that of the tenth before by no more than `tolerance` times
    its own size, and no more than the share `restless` of the rows changed label in either. As the windows grow with
    the training, the rule means the same at any learning rate.
    """

    tolerance: float
    restless: float = 1e-3

    def reached(self, losses: Sequence[float], relabeled: float) -> bool:
        """Whether the losses so far have settled, with the share of rows relabeled in the last two windows."""
        size = window(len(losses))
        if len(losses) < 2 * size or relabeled > self.restless:
            return False
        before, last = np.mean(losses[-2 * size : -size]), np.mean(losses[-size:])
        return bool(abs(before - last) <= self.tolerance * abs(last))


@dataclass(frozen=True)
class Stopping:
    """What ends a training: the rule, if it may, so many iterations, or minutes since the record was made; 0 = none."""

    max_iter: int
    max_minutes: float
    plateau: Plateau
    early: bool
    started: float = field(default_factory=time.monotonic)

    def after(self, losses: Sequence[float], relabeled: float) -> Stopped | None:
        """Why the training ends after these losses, None where it goes on."""
        if self.early and len(losses) % _OFTEN == 0 and self.plateau.reached(losses, relabeled):
            return "plateau"
        if len(losses) == self.max_iter:
            return "iterations"
        late = time.monotonic() - self.started > 60 * self.max_minutes
        return "time" if self.max_minutes and late else None

    def __str__(self) -> str:
        """How the training will end, as a clause."""
        ends = {
            f"once it has converged (--tolerance {self.plateau.tolerance:g})": self.early,
            f"after {self.max_iter} iterations": self.max_iter,
            f"after {self.max_minutes:g} minutes": self.max_minutes,
        }
        named = [end for end, holds in ends.items() if holds]
        return (
            ", or ".join(named)
            if self.max_iter or self.max_minutes
            else f"{named[0]}, however long that takes (--max-minutes bounds it)"
        )
