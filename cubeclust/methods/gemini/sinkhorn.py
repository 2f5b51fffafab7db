"""GEMINI with the unbiased Sinkhorn divergence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cubeclust.errors import InputError
from cubeclust.methods.gemini.base import Build
from cubeclust.methods.gemini.transport import TransportGemini
from cubeclust.runtime import memory
from cubeclust.runtime.progress import Progress
from cubeclust.settings import setting

if TYPE_CHECKING:
    from torch import Tensor

    from cubeclust.divergences.gemini import Divergence
    from cubeclust.learning.batches import Rows

# Epsilon over the mean cost: below, no solve ends; above, nothing is left of the divergence but rounding.
_LEAST, _MOST = 1e-6, 1e8


@dataclass(frozen=True)
class SinkhornGemini(TransportGemini):
    """GEMINI with the unbiased Sinkhorn divergence (USD) of a cost."""

    epsilon: str = setting(
        "0.25r",
        "Regularization of the transport, in units of the cost, or with r as a share of the mean cost. Small values "
        "approach exact transport, large ones an MMD. With --metric sqeuclidean the blur of geomloss is its root: the "
        "0.25 of the NGC 1068 paper is 0.25, or 0.0625 if it is a blur; both are far above the costs of spectra of "
        "unit sum.",
    )
    sinkhorn_tolerance: float = setting(
        1e-4, "Share of the mass that a transport may leave in the wrong place.", above=0, maximum=0.1
    )
    sinkhorn_steps: int = setting(1000, "Sinkhorn steps at most for each value of the objective.", minimum=1)
    solver: str = setting(
        "batched",
        "batched solves all pairs of clusters at once; geomloss and geomloss-online solve them in turn, for checks on "
        "few spectra.",
        choices=("batched", "geomloss", "geomloss-online"),
    )
    geomloss_scaling: float = setting(
        0.9, "Annealing ratio of geomloss; values nearer to 1 are more accurate and slower.", above=0, maximum=0.9999
    )

    paper: ClassVar[str] = (
        "Feydy et al. 2019, PMLR 89, 2681 (Sinkhorn divergence); Ohl et al. 2022, NeurIPS 35, 3377 (GEMINI)"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        _parse(self.epsilon)

    def divergence(self, data: "Tensor", progress: Progress) -> Build:
        """USD in units of the mean cost; mean cost and epsilon are those of all data, in batches as well."""
        from cubeclust.divergences.costs import Cost
        from cubeclust.divergences.usd import SinkhornDivergence

        costs = self.costs(data, progress)
        whole = Cost.of(costs(slice(None)), len(data), data)
        if not whole.mean > 0:
            raise InputError("all spectra are equal, so that there is nothing to cluster; check --window.")
        number, is_share = _parse(self.epsilon)
        epsilon = number if is_share else number / whole.mean
        if not _LEAST <= epsilon <= _MOST:
            raise InputError(
                f"--epsilon {self.epsilon} is {epsilon:.3g} of the mean cost, {whole.mean:.4g}; give {_LEAST:g} to "
                f"{_MOST:g} of it, such as 0.25r."
            )
        say = cache(progress.say)  # once, not for each batch
        progress.say(
            f"mean cost of transport {whole.mean:.4g}, the unit of the objective; "
            f"epsilon {epsilon * whole.mean:.4g} is {epsilon:.4g} of it"
        )

        def batched(rows: "Rows", cache_bytes: int) -> "Divergence":
            part = data[rows]
            cost = whole if isinstance(rows, slice) else Cost.of(costs(rows), len(part), part)
            return SinkhornDivergence(
                cost.over(whole.mean),
                epsilon,
                tolerance=self.sinkhorn_tolerance,
                max_steps=self.sinkhorn_steps,
                cache_bytes=cache_bytes,
                say=say,
                warn=lambda sentence: None,  # `warnings` counts them at the end of the fit
            )

        return batched if self.solver == "batched" else self._by_geomloss(data, whole.mean, epsilon, progress)

    def _by_geomloss(self, data: "Tensor", unit: float, epsilon: float, progress: Progress) -> Build:
        """The same divergence by geomloss, an independent implementation, which measures no error."""
        from cubeclust.divergences.geomloss_peer import GeomlossDivergence

        if self.cost_matrix is not None:
            raise InputError(f"--solver {self.solver} cannot take a cost_matrix; leave out one of them.")
        progress.say(
            f"--solver {self.solver} ends by --geomloss-scaling: how much mass its transports leave in the wrong place "
            "is not measured, and --sinkhorn-tolerance plays no role"
        )
        backend = {"geomloss": "tensorized", "geomloss-online": "online"}[self.solver]
        return lambda rows, cache_bytes: GeomlossDivergence(
            data[rows], self.metric, unit, epsilon, backend=backend, scaling=self.geomloss_scaling
        )

    def warnings(self, figures: Mapping[str, np.ndarray]) -> tuple[str, ...]:
        """A sentence on transports that did not reach the tolerance."""
        errors = figures.get("marginal_error", np.empty(0))
        missed = [error for error in errors if not error <= self.sinkhorn_tolerance]
        if not missed:
            return ()
        return (
            f"transports of {len(missed)} of {len(errors)} values of the objective did not reach --sinkhorn-tolerance "
            f"{self.sinkhorn_tolerance:g}, but {max(missed):.2g} at worst and {errors[-1]:.2g} at the end; raise "
            "--sinkhorn-steps or --epsilon",
        )

    def _columns(self) -> int:
        """Columns of one product: pairs, and distributions with themselves."""
        k = self.n_clusters
        return k * (k + 1) // 2 if self.pairs == "ovo" else 2 * k + 1

    def divergence_memory(self, n_spectra: int, n_wave: int) -> int:
        """Blocks of the kernel, potentials and the arrays of a Sinkhorn step.

        The blocks are those of a small epsilon: float64, or a sum in logarithms (measured: 14 times 4 rows^2).
        """
        n = min(n_spectra, self.batch_size or n_spectra)
        rows = min(n, memory.KERNEL_SIDE)
        kernel = 14 * 4 * rows**2 + 3 * 4 * rows * n_wave
        return kernel + 14 * 8 * n * self._columns() + self.paths_memory(n_spectra)

    def divergence_effort(self, n_spectra: int, n_wave: int) -> float:
        """A few Sinkhorn steps of two products each, and half of the kernel if it is not kept."""
        return float(n_spectra) ** 2 * (6 * self._columns() + (n_wave / 2 if self.batch_size else 0))


def _parse(epsilon: str) -> tuple[float, bool]:
    """A number and whether it is a share of the mean cost; InputError for anything else."""
    match = re.fullmatch(r"\s*([0-9.]+(?:[eE][-+]?[0-9]+)?)\s*(r?)\s*", str(epsilon))
    try:
        number = float(match.group(1)) if match else 0.0
    except ValueError:
        number = 0.0
    if match is None or not 0 < number < float("inf"):
        raise InputError(
            f"--epsilon is {epsilon!r}: give a number above 0 in units of the cost, or a share of the mean cost such "
            "as 0.25r."
        )
    return number, bool(match.group(2))
