"""What the GEMINIs share whose divergence knows how far apart spectra are: where it looks for that."""

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
    """GEMINI with a kernel or a cost between spectra, taken between their features instead where the user says so.

    The counterpart of the kernel between SimCLR's features in section 4.5 of Ohl et al. (2022). The network sees the
    channels in any case, so that labels of other spectra need no features.
    """

    kernel_features: str = setting(
        "channels",
        "Features that the kernel or the cost compares: the channels, or --n-features numbers for each spectrum. The "
        "network always sees the channels.",
        choices=("channels", "pca", "autoencoder"),
    )
    n_features: int = setting(20, "Principal components, or units of the autoencoder's narrowest layer.", minimum=1)

    @property
    def _kind(self) -> "_Kind | None":
        """How features are made, None for the channels."""
        return None if self.kernel_features == "channels" else _KINDS[self.kernel_features](self.n_features)

    def features(
        self, spectra: Spectra, data: "Tensor", seed: int, progress: Progress
    ) -> "tuple[Tensor, tuple[str, ...]]":
        """The channels, or features (n, n_features) and what they keep of the spectra."""
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
        """Training, and what the features take."""
        own = self._kind.memory(n_spectra, n_wave) if self._kind else 0
        return super().memory(n_spectra, n_wave) + own

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Training, and once the features."""
        own = self._kind.effort(n_spectra, n_wave) if self._kind else 0.0
        return super().effort(n_spectra, n_wave) + own

    def refuse_features_beside(self, matrix: np.ndarray | None, name: str) -> None:
        """Raise InputError for features of spectra whose kernel or cost is a matrix already."""
        if matrix is not None and self.kernel_features != "channels":
            raise InputError(
                f"--kernel-features {self.kernel_features} has no part in a {name}; leave one of them out."
            )


class _Kind(Protocol):
    """A way to features of spectra."""

    def make(self, spectra: Spectra, data: "Tensor", seed: int, progress: Progress) -> "tuple[Tensor, str]":
        """Features (n, n_features) on the device of data, the flux of the spectra, and what they keep of it."""

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Bytes that making them takes."""

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Multiplications that making them takes."""


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
    """The narrowest layer of an autoencoder, with a deviation of 1."""

    number: int

    def make(self, spectra: Spectra, data: "Tensor", seed: int, progress: Progress) -> "tuple[Tensor, str]":
        from cubeclust.learning.autoencoder import embed

        def tell(done: int, total: int, error: float) -> None:
            progress.advance("autoencoder", done, total, error=error)

        require_features(spectra, self.number, "--n-features")
        values, error = embed(data, self.number, seed, tell)
        return values, f"reconstruction from {self.number} features misses {error:.1%} of the variance"

    def memory(self, n_spectra: int, n_wave: int) -> int:
        from cubeclust.learning.autoencoder import autoencoder_memory

        return autoencoder_memory(n_spectra, n_wave, self.number)

    def effort(self, n_spectra: int, n_wave: int) -> float:
        from cubeclust.learning.autoencoder import autoencoder_effort

        return autoencoder_effort(n_spectra, n_wave, self.number)


_KINDS: dict[str, Callable[[int], _Kind]] = {"pca": _Components, "autoencoder": _Embedding}
