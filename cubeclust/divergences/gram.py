"""The blockwise product V @ K(X, X); K is never held as a whole unless the memory allows it."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from cubeclust.divergences.entries import Entries
from cubeclust.runtime import memory

# Side of a block: large enough for the rate of a large product. It does not depend on the memory budget, so
# that the budget never changes a result; a GPU that runs out of memory does, in the last digits.
SIDE = {"cpu": memory.KERNEL_SIDE, "cuda": 8192}
_SMALLEST = 128
Result = TypeVar("Result")


class Gram:
    """Symmetric matrix K (n, n) known by its blocks, for products with many lines over many steps.

    Of two blocks that mirror each other one is computed and used for both. The first blocks that fit into `cache_bytes`
    bytes are kept, the others computed anew in each product: both ways give the same numbers. Products within
    a block have the precision of its entries (float32 for spectra); sums over blocks are float64.

    Where a GPU runs out of memory the kept blocks are dropped, the blocks halved, and `say` called once.

    entries   block (rows, columns) of K
    like      tensor with the dtype and the device of the entries
    """

    def __init__(
        self,
        entries: Entries,
        n: int,
        like: Float[Tensor, " ..."],
        cache_bytes: int = 0,
        say: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.entries: Entries = entries
        self.n: int = n
        self.like: Tensor = like
        self.cache_bytes: int = cache_bytes
        self.say: Callable[[str], None] = say
        self.side: int = SIDE[like.device.type]
        self._kept: dict[tuple[int, int], Tensor] = {}

    def product(self, lines: Float[Tensor, "c n"]) -> Float64[Tensor, "c n"]:
        """Lines times K; torch.OutOfMemoryError as for `through_blocks`.

        Lines, not columns: few rows times a block run at the rate of a large product, a block times few columns do not.
        """
        return self.through_blocks(lambda: self._product(lines))

    def through_blocks(self, work: Callable[[], Result]) -> Result:
        """Result of work that goes through `blocks`, done again with smaller ones where memory runs out.

        Raises:
            torch.OutOfMemoryError: the smallest blocks do not fit either.
        """
        while True:
            try:
                return work()
            except torch.OutOfMemoryError:
                if self.side <= _SMALLEST:
                    raise
            self._shrink()  # not while the error holds what the work had made so far

    def blocks(self) -> Iterator[tuple[slice, slice, Tensor]]:
        """Yield (rows, columns, block) of the upper triangle, diagonal blocks included."""
        for start in range(0, self.n, self.side):
            for other in range(start, self.n, self.side):
                rows, columns = slice(start, start + self.side), slice(other, other + self.side)
                yield rows, columns, self._block(rows, columns)

    def _product(self, lines: Float[Tensor, "c n"]) -> Float64[Tensor, "c n"]:
        narrow = lines.to(self.like.dtype)
        out = torch.zeros(narrow.shape, dtype=torch.float64, device=self.like.device)
        for i, j, block in self.blocks():
            out[:, i] += narrow[:, j] @ block.T
            if i != j:
                out[:, j] += narrow[:, i] @ block
        return out

    def _block(self, rows: slice, columns: slice) -> Tensor:
        index = rows.start, columns.start
        if index in self._kept:
            return self._kept[index]
        block = self.entries(rows, columns)
        size = block.numel() * block.element_size()
        if size <= self.cache_bytes:
            self.cache_bytes -= size
            self._kept[index] = block
        return block

    def _shrink(self) -> None:
        """Halve the blocks and keep none of them."""
        if self.side == SIDE[self.like.device.type]:
            self.say("the GPU is out of memory: smaller blocks of the kernel, none of them kept")
        self._kept.clear()
        self.cache_bytes, self.side = 0, self.side // 2
        if self.like.device.type == "cuda":
            torch.cuda.empty_cache()
