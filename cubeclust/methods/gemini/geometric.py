"""Common part of the GEMINI methods with a kernel or cost: the channels or features that it compares."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from cubeclust.errors import InputError
from cubeclust.methods.gemini.base import Gemini
from cubeclust.runtime.device import to_device
from cubeclust.runtime.progress import Progress
from cubeclust.settings import setting
from cubeclust.spectra import Spectra
from cubeclust.statistics.principal_components import (
    components_effort,
    components_memory,
    principal_components,
    require_features,
)

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class GeometricGemini(Gemini):
    """GEMINI with a kernel or a cost between spectra, or between their features with --kernel-features.

    The counterpart of the kernel between SimCLR's features in section 4.5 of Ohl et al. (2022). The input of
    the network is always the channels, so that other spectra are labeled without features.
    """

    kernel_features: str = setting(
        "channels",
        "Features that the kernel or the cost compares: the channels, or --n-features numbers for each spectrum. The "
        "network always sees the channels.",
        choices=("channels", "pca", "autoencoder"),
    )
    n_features: int = setting(
        20, "Number of features: principal components, or units of the narrowest layer of the autoencoder.", minimum=1
    )

    @property
    def _kind(self) -> "_Kind | None":
        """Kind of features; None for the channels."""
        return None if self.kernel_features == "channels" else _KINDS[self.kernel_features](self.n_features)

    def features(
        self, spectra: Spectra, data: "Tensor", seed: int, progress: Progress
    ) -> "tuple[Tensor, tuple[str, ...]]":
        """The channels, or features (n, n_features) and a note on the variance they keep."""
        if self._kind is None:
            return data, ()
        values, kept = self._kind.make(spectra, data, seed, progress)
        note = f"--kernel-features {self.kernel_features}: {kept}"
        progress.say(note)
        return values, (note,)

    def width(self, n_wave: int) -> int:
        """The channels, or the features."""
        return self.n_features if self._kind else n_wave

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """The training, and the making of the features."""
        own = self._kind.memory(n_spectra, n_wave) if self._kind else 0
        return super().memory(n_spectra, n_wave) + own

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """The training, and once the making of the features."""
        own = self._kind.effort(n_spectra, n_wave) if self._kind else 0.0
        return super().effort(n_spectra, n_wave) + own

    def refuse_features_beside(self, matrix: np.ndarray | None, name: str) -> None:
        """Raise InputError for features of spectra whose kernel or cost is a matrix already."""
        if matrix is not None and self.kernel_features != "channels":
            raise InputError(
                f"--kernel-features {self.kernel_features} is not used with a {name}; leave out one of them."
            )


class _Kind(Protocol):
    """A kind of features."""

    def make(self, spectra: Spectra, data: "Tensor", seed: int, progress: Progress) -> "tuple[Tensor, str]":
        """Features (n, n_features) of data, the flux on the device, and a phrase on the variance they keep."""

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Bytes that their making needs."""

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Multiplications of their making."""


@dataclass(frozen=True)
class _Components:
    """Principal components, in the unit of the channels."""

    number: int

    def make(self, spectra: Spectra, data: "Tensor", seed: int, progress: Progress) -> "tuple[Tensor, str]":
        components, share = principal_components(spectra, self.number, "--n-features")
        kept = f"{self.number} principal components hold {share:.1%} of the variance"
        return to_device(components.scores(spectra), str(data.device)), kept

    def memory(self, n_spectra: int, n_wave: int) -> int:
        return components_memory(n_spectra, n_wave, self.number)

    def effort(self, n_spectra: int, n_wave: int) -> float:
        return components_effort(n_spectra, n_wave)


@dataclass(frozen=True)
class _Embedding:
    """The narrowest layer of an autoencoder, scaled to a standard deviation of 1."""

    number: int

    def make(self, spectra: Spectra, data: "Tensor", seed: int, progress: Progress) -> "tuple[Tensor, str]":
        from cubeclust.learning.autoencoder import embed

        def advance(done: int, total: int, error: float) -> None:
            progress.advance("autoencoder", done, total, error=error)

        require_features(spectra, self.number, "--n-features")
        values, error = embed(data, self.number, seed, advance)
        return values, f"reconstruction from {self.number} features misses {error:.1%} of the variance"

    def memory(self, n_spectra: int, n_wave: int) -> int:
        from cubeclust.learning.autoencoder import autoencoder_memory

        return autoencoder_memory(n_spectra, n_wave, self.number)

    def effort(self, n_spectra: int, n_wave: int) -> float:
        from cubeclust.learning.autoencoder import autoencoder_effort

        return autoencoder_effort(n_spectra, n_wave, self.number)


_KINDS: dict[str, Callable[[int], _Kind]] = {"pca": _Components, "autoencoder": _Embedding}
