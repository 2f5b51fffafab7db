"""log sum_j exp(l_j - C_ij / epsilon) for many lines l at once: all that a Sinkhorn step has to compute."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp
from typing import Protocol

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from cubeclust.divergences.costs import Cost
from cubeclust.divergences.entries import exponentials, row_blocks
from cubeclust.divergences.gram import Gram

_TERMS = 2**17  # terms of sums in logarithms at once: what a core's cache holds
_FAR_SHARE = 256  # of so many rows one may be summed in logarithms before all are


class LogSums(Protocol):
    """The sums of one cost and one epsilon."""

    def __call__(self, logs: Float64[Tensor, "m n"]) -> Float64[Tensor, "m n"]:
        """Return the logarithms of the sums for lines of logarithms, of which -inf is allowed."""


@dataclass(frozen=True)
class _Range:
    """What products in a dtype can hold.

    Kernel entries between exp(-exponent) and exp(exponent); weights down to exp(-cut) of the largest in their line.
    Smaller weights are set to 0, so that no product is subnormal; what they would add to a sum is less than
    n exp(2 exponent - cut) of it.
    """

    exponent: float
    cut: float


_RANGES = {torch.float32: _Range(18.0, 65.0), torch.float64: _Range(200.0, 500.0)}


def log_sums(cost: Cost, epsilon: float, *, cache_bytes: int, say: Callable[[str], None]) -> LogSums:
    """The quickest sums that lose nothing, decided by the range of the kernel on these points.

    First a kernel in the precision of the cost, then one in float64, last sums in logarithms. cache_bytes are bytes for
    blocks kept from one call to the next.
    """
    for dtype in dict.fromkeys((cost.like.dtype, torch.float64)):
        kernel = KernelSums.fitting(cost, epsilon, dtype, cache_bytes=cache_bytes, say=say)
        if kernel is not None:
            return kernel
    say(f"epsilon {epsilon:.3g} is too small against the costs for a kernel: sums in logarithms, many times slower")
    return LogarithmSums(cost, epsilon, cache_bytes, say)


@dataclass(frozen=True)
class _KernelBlocks:
    """Blocks of the kernel: 0 for what is summed apart; less 1 where that keeps more digits.

    A record of its own, not a method of the sums: these hold blocks, and would otherwise hold themselves.
    """

    cost: Cost
    epsilon: float
    dtype: torch.dtype
    far: tuple[int, ...]
    from_one: bool
    diagonal_apart: bool

    def __call__(self, rows: slice, columns: slice) -> Tensor:
        costs = self.cost.entries(rows, columns).to(self.dtype)
        scaled = (self.cost.offsets / self.epsilon).to(self.dtype)
        exponent = costs.mul_(-1 / self.epsilon).add_(scaled[rows, None]).add_(scaled[columns])
        if self.from_one:
            return exponent.expm1_()
        block = exponentials(exponent)
        block[[far - rows.start for far in self.far if far in range(rows.start, rows.stop)]] = 0
        block[:, [far - columns.start for far in self.far if far in range(columns.start, columns.stop)]] = 0
        return block.fill_diagonal_(0) if self.diagonal_apart and rows == columns else block


class KernelSums:
    """Sums as products with the kernel exp((h_i + h_j - C_ij) / epsilon), in blocks.

    The rows `far`, whose entries leave the range of the dtype (outliers), are summed in logarithms, and so is the
    diagonal where it leaves it (epsilon small). Where all exponents are small (epsilon large) the kernel is held as
    its difference from 1, so that it keeps its digits.
    """

    def __init__(
        self,
        cost: Cost,
        epsilon: float,
        dtype: torch.dtype,
        far: Int[Tensor, " f"],
        *,
        cache_bytes: int,
        say: Callable[[str], None],
    ) -> None:
        self.cost: Cost = cost
        self.epsilon: float = epsilon
        self.far: Tensor = far
        self.range: _Range = _RANGES[dtype]
        self.offsets: Tensor = cost.offsets / epsilon  # (n,)
        steepest = 2 * float(self.offsets.abs().max())
        self.from_one: bool = steepest < 0.2
        self.diagonal_apart: bool = steepest > self.range.exponent
        kernel = _KernelBlocks(cost, epsilon, dtype, tuple(far.tolist()), self.from_one, self.diagonal_apart)
        self.gram: Gram = Gram(kernel, cost.n, cost.like.new_empty(0, dtype=dtype), cache_bytes, say)
        self.far_exponents: Tensor = self._far_exponents()

    @classmethod
    def fitting(
        cls, cost: Cost, epsilon: float, dtype: torch.dtype, *, cache_bytes: int, say: Callable[[str], None]
    ) -> "KernelSums | None":
        """Sums whose kernel lies within the range of the dtype but for a few far rows; None if there are many."""
        nobody = torch.empty(0, dtype=torch.int64, device=cost.like.device)
        sums = cls(cost, epsilon, dtype, nobody, cache_bytes=cache_bytes, say=say)
        strays = sums.strays()
        if not strays.any():
            return sums
        (far,) = torch.nonzero(strays > min(cost.n, int(strays.max())) // 2, as_tuple=True)
        if not 0 < len(far) <= 8 + cost.n // _FAR_SHARE:
            return None
        sums = cls(cost, epsilon, dtype, far, cache_bytes=cache_bytes, say=say)
        if sums.strays().any():
            return None
        say(f"{len(far)} spectra are far from all others: their transport is summed in logarithms")
        return sums

    def strays(self) -> Int[Tensor, " n"]:
        """Number of kernel entries of each row that leave the range."""
        if self.from_one:
            return torch.zeros(self.cost.n, dtype=torch.int64, device=self.far.device)
        return self.gram.through_blocks(self._strays)

    def _strays(self) -> Tensor:
        counts = torch.zeros(self.cost.n, dtype=torch.int64, device=self.far.device)
        low, high = exp(-self.range.exponent), exp(self.range.exponent)
        near = torch.ones_like(counts, dtype=torch.bool)
        near[self.far] = False
        for rows, columns, block in self.gram.blocks():
            outside = ((block < low) | (block > high)) & near[rows, None] & near[columns]
            if rows == columns:
                outside.fill_diagonal_(False)
            counts[rows] += outside.sum(dim=1)
            if rows != columns:
                counts[columns] += outside.sum(dim=0)
        return counts

    def __call__(self, logs: Float64[Tensor, "m n"]) -> Float64[Tensor, "m n"]:
        """Return the logarithms of the sums for lines of logarithms."""
        shifted = logs - self.offsets
        if len(self.far):
            shifted[:, self.far] = -torch.inf
        top = shifted.amax(dim=1, keepdim=True).nan_to_num_(neginf=0.0)  # (m, 1)
        shifted -= top
        weights = torch.nn.functional.threshold(shifted, -self.range.cut, -torch.inf, inplace=True).exp_()
        sums = self.gram.product(weights)
        if self.from_one:
            sums += weights.sum(dim=1, keepdim=True)
        sums = sums.log_().add_(top).sub_(self.offsets)
        if self.diagonal_apart:
            sums = torch.logaddexp(sums, logs)
        return self._with_far(sums, logs)

    def _far_exponents(self) -> Float64[Tensor, "f n"]:
        """-C / epsilon of the far rows."""
        out = torch.empty(len(self.far), self.cost.n, dtype=torch.float64, device=self.far.device)
        for index, far in enumerate(self.far.tolist()):
            for others in row_blocks(self.cost.n):
                out[index, others] = self.cost.entries(slice(far, far + 1), others)[0] / -self.epsilon
            out[index, far] = 0.0
        return out

    def _with_far(self, sums: Float64[Tensor, "m n"], logs: Float64[Tensor, "m n"]) -> Float64[Tensor, "m n"]:
        """Add what the far rows give, and sum theirs."""
        for far, exponents in zip(self.far.tolist(), self.far_exponents, strict=True):
            sums = torch.logaddexp(sums, exponents + logs[:, far, None])
        for far, exponents in zip(self.far.tolist(), self.far_exponents, strict=True):
            sums[:, far] = torch.logsumexp(exponents + logs, dim=1)
        return sums


class LogarithmSums:
    """Sums in logarithms, float64: any epsilon, one exponential for each entry and line."""

    def __init__(self, cost: Cost, epsilon: float, cache_bytes: int, say: Callable[[str], None]) -> None:
        self.epsilon: float = epsilon
        self.gram: Gram = Gram(cost.entries, cost.n, cost.like, cache_bytes, say)

    def __call__(self, logs: Float64[Tensor, "m n"]) -> Float64[Tensor, "m n"]:
        """Return the logarithms of the sums for lines of logarithms."""
        return self.gram.through_blocks(lambda: self._sums(logs))

    def _sums(self, logs: Float64[Tensor, "m n"]) -> Float64[Tensor, "m n"]:
        out = torch.full_like(logs, -torch.inf)
        for rows, columns, block in self.gram.blocks():
            exponents = block.double() / -self.epsilon
            step = max(1, _TERMS // exponents.numel())
            for some in (slice(start, start + step) for start in range(0, len(logs), step)):
                _add(out[some, rows], exponents + logs[some, None, columns])
                if rows != columns:
                    _add(out[some, columns], exponents.T + logs[some, None, rows])
        return out


def _add(out: Tensor, terms: Tensor) -> None:
    """Add the sums over the last axis of terms, which are lost, to out, all in logarithms, in place."""
    top = terms.amax(dim=-1).clamp_min_(torch.finfo(terms.dtype).min)
    sums = exponentials(terms.sub_(top[..., None])).sum(dim=-1).log_().add_(top)
    torch.logaddexp(out, sums, out=out)
