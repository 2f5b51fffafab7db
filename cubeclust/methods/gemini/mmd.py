"""GEMINI with the maximum mean discrepancy."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from cubeclust.errors import InputError
from cubeclust.methods.gemini.base import Build
from cubeclust.methods.gemini.geometric import GeometricGemini
from cubeclust.runtime import memory
from cubeclust.runtime.progress import Progress
from cubeclust.settings import preset, setting

if TYPE_CHECKING:
    from torch import Tensor

    from cubeclust.divergences.gemini import Divergence
    from cubeclust.learning.batches import Rows


@dataclass(frozen=True)
class MMDGemini(GeometricGemini):
    """GEMINI with the MMD of a kernel.

    kernel_matrix, from Python only, is a symmetric matrix (n, n) that takes the kernel's place, a row for each of the
    spectra in their order; it may be mapped from a file.
    """

    kernel: str = setting(
        "linear",
        "Kernel of the MMD. The time of an iteration grows as n for linear and cosine, as n^2 for the others.",
        choices=("linear", "polynomial", "rbf", "cosine", "laplacian", "sigmoid"),
    )
    gamma: float = setting(
        0.0,
        "Scale of the kernel (polynomial, rbf, laplacian, sigmoid); 0 takes 1 / channels, for channels in units of "
        "their standard deviation.",
        minimum=0,
        maximum=1e6,
    )
    degree: int = setting(3, "Power of the polynomial kernel.", minimum=1, maximum=20)
    coef0: float = setting(1.0, "Constant term of the kernel (polynomial, sigmoid).", minimum=-1e6, maximum=1e6)
    kernel_matrix: np.ndarray | None = preset(None)

    default_scale: ClassVar[str] = "noise"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.refuse_features_beside(self.kernel_matrix, "kernel_matrix")
        if self.batch_size and self.kernel_matrix is not None:
            raise InputError(f"--batch-size {self.batch_size}: a kernel_matrix has no batches; give --batch-size 0.")

    def shortened(self, steps: int) -> Self:
        """The same training with `steps` iterations, and a kernel of the same cost in place of kernel_matrix."""
        brief = super().shortened(steps)
        return brief if self.kernel_matrix is None else replace(brief, kernel_matrix=None, kernel="rbf")

    @property
    def _embedded(self) -> bool:
        """Whether the kernel has an explicit embedding, so that no n x n matrix is needed."""
        return self.kernel in ("linear", "cosine") and self.kernel_matrix is None

    def _gamma(self, data: "Tensor") -> float:
        """Scale of the kernel, by default 1 / channels for standardized channels, in the unit of the data."""
        from cubeclust.learning.moments import moments

        if self.gamma or self._embedded:
            return self.gamma
        power = 1 if self.kernel == "laplacian" else 2  # of the data in what gamma multiplies
        return 1 / (data.shape[1] * float(moments(data)[1]) ** power)

    def divergence(self, data: "Tensor", progress: Progress) -> Build:
        """MMD by the fastest exact computation; the part of K that is kept is reported."""
        from cubeclust.divergences.kernels import Kernel
        from cubeclust.divergences.mmd import mmd

        kernel = Kernel(self.kernel, self._gamma(data), self.degree, self.coef0)

        def build(rows: "Rows", cache_bytes: int) -> "Divergence":
            if not self._embedded and not self.batch_size:
                size = 2 * len(data) ** 2
                kept = memory.readable(min(cache_bytes, size))
                progress.say(
                    f"kernel: {kept} of {memory.readable(size)} may be kept in memory; "
                    "what is not is computed anew in each iteration"
                )
            return mmd(data[rows], kernel, matrix=self.kernel_matrix, cache_bytes=cache_bytes, say=progress.say)

        return build

    def divergence_memory(self, n_spectra: int, n_wave: int) -> int:
        """Means, or blocks of K and its product with the posterior."""
        if self._embedded:
            return 8 * 8 * self.n_clusters * n_wave
        rows = min(n_spectra, self.batch_size or n_spectra, memory.KERNEL_SIDE)
        return 4 * 4 * rows**2 + 3 * 4 * rows * n_wave + 6 * 8 * n_spectra * self.n_clusters

    def divergence_effort(self, n_spectra: int, n_wave: int) -> float:
        """Two products of the posterior with the spectra, or half of K."""
        return 4.0 * n_spectra * n_wave * (self.n_clusters if self._embedded else n_spectra / 2)
