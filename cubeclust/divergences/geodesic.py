"""Distance along the shape of the data: steps from neighbor to neighbor (Ohl et al. 2022, appendix H)."""

import numpy as np
from jaxtyping import Bool, Float, Float32
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path
from torch import Tensor

from cubeclust.divergences.costs import euclidean
from cubeclust.divergences.entries import filled, row_blocks
from cubeclust.errors import InputError
from cubeclust.runtime import memory


def geodesic(data: Float[Tensor, "n d"], neighbor_quantile: float = 0.05) -> Float32[np.ndarray, "n n"]:
    """Least number of steps between any two rows of data, n where no path leads.

    Rows are neighbors if their Euclidean distance does not exceed that quantile of the distances of all pairs of two
    different rows (Eqs. 23, 24). Time O(n e) for e pairs of neighbors.

    Raises:
        InputError: the matrices exceed the memory of this machine.
    """
    n = len(data)
    if geodesic_memory(n) > memory.available():
        raise InputError(
            f"--metric geodesic needs {memory.readable(geodesic_memory(n))} for the paths between {n} spectra and "
            f"{memory.readable(memory.available())} are free; fit on some of them by --sample, or take another metric."
        )
    graph = csr_array(_neighbors(data, neighbor_quantile))
    steps = np.empty((n, n), np.float32)
    for rows in row_blocks(n):
        steps[rows] = shortest_path(graph, directed=False, unweighted=True, indices=np.arange(n)[rows])
    steps[np.isinf(steps)] = n
    return steps


def geodesic_memory(n: int) -> int:
    """Bytes for n spectra: distances twice over, or the graph, its paths and a block of them in float64."""
    return 10 * n**2 + 8 * 1024 * n


def connection(steps: Float32[np.ndarray, "n n"]) -> tuple[int, float]:
    """Number of parts between which no path leads, and the share of the pairs of rows that lie in two of them."""
    n = len(steps)
    sizes = np.concatenate([np.count_nonzero(steps[rows] < n, axis=1) for rows in row_blocks(n)])
    return round(float((1 / sizes).sum())), float((n - sizes).sum()) / max(1, n * (n - 1))


def _neighbors(data: Float[Tensor, "n d"], quantile: float) -> Bool[np.ndarray, "n n"]:
    """Which rows are neighbors."""
    n = len(data)
    distances = filled(euclidean(data), n, data).cpu().numpy()
    # Sorted, the n zeros of the diagonal come first, then each pair twice.
    rank = min(n + 2 * int(quantile * (n * (n - 1) // 2 - 1)), distances.size - 1)
    return distances <= np.partition(distances, rank, axis=None)[rank]
