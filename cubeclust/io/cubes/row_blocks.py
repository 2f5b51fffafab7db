"""Spectra of a cube by blocks of rows of its frame, as many at a time as the memory holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.cubes.read import flux_scale, read_cube
from cubeclust.runtime import memory
from cubeclust.runtime.progress import Progress
from cubeclust.spectra import Spectra

_COPIES = 2  # of a block: as read, and without the spaxels that have no data


@dataclass(frozen=True)
class RowBlocks:
    """Blocks of an area of a cube; where one block holds all of it, it is read once and kept.

    excluded (NY, NX) bool are spaxels to leave out; budget is in bytes; flux is that of the file over `scale`.
    """

    cube_file: CubeFile
    rows: slice
    columns: slice
    excluded: np.ndarray
    budget: int
    progress: Progress
    scale: float
    _kept: list[Spectra] = field(default_factory=list)

    @classmethod
    def of(
        cls, cube_file: CubeFile, area: tuple[slice, slice], excluded: np.ndarray, budget: int, progress: Progress
    ) -> "RowBlocks":
        """Blocks of rows and columns `area` that take `budget` bytes at most."""
        return cls(cube_file, *area, excluded, budget, progress, flux_scale(cube_file))

    @property
    def row_bytes(self) -> int:
        """Bytes of a row of the frame, flux and variance, while it is read."""
        arrays = 2 if "variance" in self.cube_file.hdus else 1
        return 4 * arrays * _COPIES * self.cube_file.shape[0] * (self.columns.stop - self.columns.start)

    @property
    def height(self) -> int:
        """Rows of a block."""
        rows = self.rows.stop - self.rows.start
        return rows if self.need <= self.budget else max(1, min(rows, self.budget // self.row_bytes))

    @property
    def need(self) -> int:
        """Bytes of all rows at once."""
        return self.row_bytes * (self.rows.stop - self.rows.start)

    def __iter__(self) -> Iterator[Spectra]:
        """Yield the spectra of each block that has any."""
        if self._kept:
            yield from self._kept
            return
        starts = range(self.rows.start, self.rows.stop, self.height)
        for number, start in enumerate(starts):
            spectra = self._read(slice(start, min(start + self.height, self.rows.stop)), number, len(starts))
            if len(starts) == 1:
                self._kept.append(spectra)
            if len(spectra):
                yield spectra

    def _read(self, rows: slice, number: int, n_blocks: int) -> Spectra:
        of = "" if n_blocks == 1 else f" {number + 1}/{n_blocks}"

        def advance(role: str, done: int, total: int) -> None:
            self.progress.advance(f"read {role}{of}", done, total)

        everything = np.ones(self.cube_file.shape[0], bool)
        spectra = Spectra.of(read_cube(self.cube_file, rows, self.columns, everything, advance, scale=self.scale))
        return spectra.keep(self.excluded[spectra.y, spectra.x].astype(np.int32))

    def require_room(self) -> None:
        """Raise InputError where not even one row fits."""
        if self.row_bytes > self.budget:
            raise InputError(
                f"{self.cube_file.path}: one row of spaxels takes {memory.readable(self.row_bytes)} and "
                f"{memory.readable(max(self.budget, 0))} are left of the budget; raise --memory or narrow it by --crop."
            )
