"""The spectra as the algorithm sees them: centered, in one unit, by blocks of rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Float64
from torch import Tensor

_BLOCK = {"cpu": 2**18, "cuda": 2**25}  # samples of a block, by device


@dataclass(frozen=True)
class Sample:
    """Data (n, p) minus their center, over their unit; never a copy of all of them.

    data      (n, p) as they were given, float32 or float64
    center    (p,) float64
    unit      float
    squares   (n,) float64: squared norms of the centered rows in that unit

    Blocks are centered and multiplied in float64: what is left of a spectrum beyond a few directions, the noise, is a
    small difference of squares where signal to noise is high.
    """

    data: Float[Tensor, "n p"]
    center: Float64[Tensor, " p"]
    unit: float
    squares: Float64[Tensor, " n"]

    @classmethod
    def of(cls, data: Float[Tensor, "n p"], unit: float | None = None) -> "Sample":
        """Data around their mean, in the unit given or in units of their root mean square deviation."""
        sums = torch.zeros(data.shape[1], dtype=torch.float64, device=data.device)
        for rows in _split(data, data):
            sums += rows.sum(dim=0, dtype=torch.float64)
        around = cls.around(data, sums / len(data), 1.0)
        unit = unit or float(around.squares.mean() / data.shape[1]) ** 0.5 or 1.0
        return replace(around, unit=unit, squares=around.squares.div_(unit**2))

    @classmethod
    def around(cls, data: Float[Tensor, "n p"], center: Float64[Tensor, " p"], unit: float) -> "Sample":
        """Data around a center and in a unit that are given, as those that a mixture was fitted in."""
        # Filled in place: a list of small results would lie between the large blocks and keep their memory from reuse.
        squares = torch.empty(len(data), dtype=torch.float64, device=data.device)
        for part, rows in zip(_split(squares, data), _split(data, data), strict=True):
            part.copy_((rows - center).square_().sum(dim=1))
        return cls(data, center, unit, squares.div_(unit**2))

    def __len__(self) -> int:
        return len(self.data)

    @property
    def n_wave(self) -> int:
        """Channels p."""
        return self.data.shape[1]

    def onto(self, directions: Float64[Tensor, "p r"]) -> Float64[Tensor, "n r"]:
        """Products of all rows with directions."""
        out = torch.empty(len(self), directions.shape[1], dtype=torch.float64, device=self.data.device)
        for part, rows in zip(_split(out, self.data), self._blocks(), strict=True):
            torch.mm(rows, directions, out=part)
        return out.div_(self.unit)

    def sums(self, weights: Float64[Tensor, "n k"]) -> Float64[Tensor, "k p"]:
        """Sums over the rows with weights."""
        out = torch.zeros(weights.shape[1], self.n_wave, dtype=torch.float64, device=self.data.device)
        for part, rows in zip(_split(weights, self.data), self._blocks(), strict=True):
            out.addmm_(part.T, rows)
        return out.div_(self.unit)

    def covariance(self) -> Float64[Tensor, "p p"]:
        """Covariance with divisor n."""
        out = torch.zeros(self.n_wave, self.n_wave, dtype=torch.float64, device=self.data.device)
        for rows in self._blocks():
            out.addmm_(rows.T, rows)
        return out.div_(len(self) * self.unit**2)

    def gram(self) -> Float64[Tensor, "n n"]:
        """Products of all rows with each other."""
        rows = torch.cat([*self._blocks()])
        return (rows @ rows.T).div_(self.unit**2)

    def _blocks(self) -> Iterator[Tensor]:
        """Yield centered rows (rows, p) float64."""
        return (rows - self.center for rows in _split(self.data, self.data))


def _split(array: Tensor, data: Tensor) -> tuple[Tensor, ...]:
    """Blocks of rows of an array that belong to those of the data."""
    return array.split(max(1, _BLOCK[data.device.type] // data.shape[1]))
