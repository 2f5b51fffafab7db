"""Diagnostics of a training beside its losses."""

import torch
from jaxtyping import Float
from torch import Tensor

from cubeclust.learning.batches import Rows
from cubeclust.learning.stopping import window


class Diagnostics:
    """The likeliest cluster of each of n rows as a training goes on, and figures that its steps leave.

    `record` takes the posterior of a step; `end_iteration` returns the figures of an iteration over all its batches.
    """

    def __init__(self, n: int, device: str) -> None:
        self.labels: Tensor = torch.zeros(n, dtype=torch.int64, device=device)
        self.changed: Tensor = torch.zeros(n, dtype=torch.int32, device=device)  # iteration that last found a new label
        self.largest: dict[str, float] = {}
        self.iteration: int = 1

    def record(self, rows: Rows, posterior: Float[Tensor, "batch k"], figures: dict[str, float]) -> None:
        """Take the posterior of the rows, and figures of which the largest of an iteration counts."""
        found = posterior.detach().argmax(dim=1)
        self.changed[rows] = self.changed[rows].masked_fill(found != self.labels[rows], self.iteration)
        self.labels[rows] = found
        for name, value in figures.items():
            self.largest[name] = max(value, self.largest.get(name, value))

    def end_iteration(self) -> dict[str, float]:
        """Figures of the iteration.

        used_clusters counts the clusters that have a row; relabeled is the share of rows whose label changed in the
        two windows of the stopping rule that end here.
        """
        since = max(1, self.iteration - 2 * window(self.iteration))
        figures = {
            "used_clusters": float(self.labels.bincount().count_nonzero()),
            "relabeled": float((self.changed > since).count_nonzero()) / len(self.changed),
        } | self.largest
        self.largest = {}
        self.iteration += 1
        return figures
