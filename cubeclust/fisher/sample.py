"""The spectra as the algorithm sees them: centered, in one unit, by blocks of rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

_ROWS = {"cpu": 1024, "cuda": 32768}  # of a block, by device


@dataclass(frozen=True)
class Sample:
    """Data (n, p) minus their center, over their unit; never a copy of all of them.

    data      (n, p) as they were given
    center    (p,) in the precision of the products: float64 where they are exact, else that of the data
    unit      float
    squares   (n,) float64: squared norms of the centered rows in that unit

    Products of a block are in the precision of the center, sums over blocks in float64.
    """

    data: Tensor
    center: Tensor
    unit: float
    squares: Tensor

    @classmethod
    def of(cls, data: Tensor, *, exact: bool = False) -> "Sample":
        """Data around their mean, in units of their root mean square deviation or, for exact products, in their own."""
        sums = torch.zeros(data.shape[1], dtype=torch.float64, device=data.device)
        for rows in _split(data):
            sums += rows.sum(dim=0, dtype=torch.float64)
        center = (sums / len(data)).to(torch.float64 if exact else data.dtype)
        around = cls.around(data, center, 1.0)
        unit = 1.0 if exact else float(around.squares.mean() / data.shape[1]) ** 0.5 or 1.0
        return cls(data, center, unit, around.squares / unit**2)

    @classmethod
    def around(cls, data: Tensor, center: Tensor, unit: float) -> "Sample":
        """Data around a center and in a unit that are given, as those that a mixture was fitted in."""
        # Filled in place: a list of small results would lie between the large blocks and keep their memory from reuse.
        squares = torch.empty(len(data), dtype=torch.float64, device=data.device)
        for part, rows in zip(_split(squares), _split(data), strict=True):
            part.copy_((rows - center).square_().sum(dim=1, dtype=torch.float64))
        return cls(data, center, unit, squares / unit**2)

    def __len__(self) -> int:
        return len(self.data)

    @property
    def n_wave(self) -> int:
        """Channels p."""
        return self.data.shape[1]

    def onto(self, directions: Tensor) -> Tensor:
        """Products of all rows with directions (p, r): (n, r) float64."""
        out = torch.empty(len(self), directions.shape[1], dtype=torch.float64, device=self.data.device)
        narrow = directions.to(self.center.dtype)
        for part, rows in zip(_split(out), self._blocks(), strict=True):
            part.copy_(rows @ narrow)
        return out.div_(self.unit)

    def sums(self, weights: Tensor) -> Tensor:
        """Sums over the rows with weights (n, k): (k, p) float64."""
        out = torch.zeros(weights.shape[1], self.n_wave, dtype=torch.float64, device=self.data.device)
        for part, rows in zip(_split(weights), self._blocks(), strict=True):
            out += part.to(rows.dtype).T @ rows
        return out.div_(self.unit)

    def covariance(self) -> Tensor:
        """Covariance (p, p) with divisor n, products and sums in float64."""
        out = torch.zeros(self.n_wave, self.n_wave, dtype=torch.float64, device=self.data.device)
        for rows in self._blocks():
            exact = rows.double()
            out.addmm_(exact.T, exact)
        return out.div_(len(self) * self.unit**2)

    def gram(self) -> Tensor:
        """Products of all rows with each other (n, n), float64."""
        rows = torch.cat([rows.double() for rows in self._blocks()])
        return (rows @ rows.T).div_(self.unit**2)

    def _blocks(self) -> Iterator[Tensor]:
        """Yield centered rows (rows, p)."""
        return (rows - self.center for rows in _split(self.data))


def _split(array: Tensor) -> tuple[Tensor, ...]:
    """Blocks of rows."""
    return array.split(_ROWS[array.device.type])
