"""Which rows of the data each step of a training sees."""

from collections.abc import Iterator

import torch
from torch import Tensor

# What picks rows of a tensor: all of them by a slice, which copies nothing, or some by their indices.
Rows = slice | Tensor


class FullBatch:
    """All rows at once, every iteration."""

    def __call__(self) -> Iterator[Rows]:
        """Yield the slice of all rows."""
        yield slice(None)


class Minibatches:
    """A new random partition of n rows at each iteration, decided by the seed.

    A single row that is left over joins the last batch: a single sample is no distribution.
    """

    def __init__(self, n: int, batch_size: int, seed: int) -> None:
        self.n: int = n
        self.batch_size: int = batch_size
        self.random: torch.Generator = torch.Generator().manual_seed(seed)

    def __call__(self) -> Iterator[Rows]:
        """Yield indices (batch_size,)."""
        batches = list(torch.randperm(self.n, generator=self.random).split(self.batch_size))
        if len(batches) > 1 and len(batches[-1]) == 1:
            batches[-2:] = [torch.cat(batches[-2:])]
        yield from batches
