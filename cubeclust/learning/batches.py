"""How the rows reach the training loop."""

from collections.abc import Iterator

import torch
from torch import Tensor


class FullBatch:
    """All rows at once, every iteration."""

    def __init__(self, data: Tensor) -> None:
        self.data = data

    def __call__(self) -> Iterator[Tensor]:
        """Yield the rows, not copied."""
        yield self.data


class Minibatches:
    """A new random partition of the rows at each iteration, decided by the seed.

    A single row that is left over joins the last batch: alone it says nothing about a distribution.
    """

    def __init__(self, data: Tensor, batch_size: int, seed: int) -> None:
        self.data, self.batch_size = data, batch_size
        self.random = torch.Generator().manual_seed(seed)

    def __call__(self) -> Iterator[Tensor]:
        """Yield batches (batch_size, d)."""
        order = torch.randperm(len(self.data), generator=self.random).to(self.data.device)
        batches = list(order.split(self.batch_size))
        if len(batches) > 1 and len(batches[-1]) == 1:
            batches[-2:] = [torch.cat(batches[-2:])]
        for rows in batches:
            yield self.data[rows]
