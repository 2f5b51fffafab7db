"""What the GEMINIs share whose divergence knows how far apart spectra are: where it looks for that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cubeclust.errors import InputError
from cubeclust.methods.gemini.base import Gemini
from cubeclust.settings import setting

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from cubeclust.progress import Progress
    from cubeclust.spectra import Spectra


@dataclass(frozen=True)
class GeometricGemini(Gemini):
    """GEMINI with a kernel or a cost between spectra, taken between their features instead where the user says so.

    The counterpart of the kernel between SimCLR's features in section 4.5 of Ohl et al. (2022). The network sees the
    channels in any case, so that labels of other spectra need no features.
    """

    kernel_features: str = setting(
        "channels",
        "What kernel or cost compare: the channels, or --n-features numbers for each spectrum; the network always sees "
        "the channels.",
        choices=("channels", "pca", "autoencoder"),
    )
    n_features: int = setting(20, "Principal components, or units of the autoencoder's narrowest layer.", minimum=1)

    def features(
        self, spectra: "Spectra", data: "Tensor", seed: int, report: "Progress"
    ) -> "tuple[Tensor, tuple[str, ...]]":
        """The channels, or features (n, n_features) and what they keep of the spectra."""
        if self.kernel_features == "channels":
            return data, ()
        values, kept = _FEATURES[self.kernel_features](spectra, data, self.n_features, seed, report)
        note = f"--kernel-features {self.kernel_features}: {kept}"
        report.say(note)
        return values, (note,)

    def width(self, n_wave: int) -> int:
        """The channels, or the features."""
        return n_wave if self.kernel_features == "channels" else self.n_features

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Training, and what the features take."""
        from cubeclust.learning.autoencoder import autoencoder_memory
        from cubeclust.principal_components import components_memory

        features = {
            "channels": 0,
            "pca": components_memory(n_spectra, n_wave, self.n_features),
            "autoencoder": autoencoder_memory(n_spectra, n_wave, self.n_features),
        }[self.kernel_features]
        return super().memory(n_spectra, n_wave) + features

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Training, and once the features."""
        from cubeclust.learning.autoencoder import autoencoder_effort
        from cubeclust.principal_components import components_effort

        features = {
            "channels": 0.0,
            "pca": components_effort(n_spectra, n_wave),
            "autoencoder": autoencoder_effort(n_spectra, n_wave, self.n_features),
        }[self.kernel_features]
        return super().effort(n_spectra, n_wave) + features

    def refuse_features_beside(self, matrix: "np.ndarray | None", name: str) -> None:
        """Raise InputError for features of spectra whose kernel or cost is a matrix already."""
        if matrix is not None and self.kernel_features != "channels":
            raise InputError(
                f"--kernel-features {self.kernel_features} has no part in a {name}; leave one of them out."
            )


def _pca(spectra: "Spectra", data: "Tensor", number: int, seed: int, report: "Progress") -> "tuple[Tensor, str]":
    """Principal components, in the unit of the channels."""
    from cubeclust.learning.device import to_device
    from cubeclust.principal_components import principal_components

    components, share = principal_components(spectra, number, "--n-features")
    kept = f"{number} principal components hold {share:.1%} of the variance"
    return to_device(components.scores(spectra), str(data.device)), kept


def _autoencoder(
    spectra: "Spectra", data: "Tensor", number: int, seed: int, report: "Progress"
) -> "tuple[Tensor, str]":
    """The embedding, with a deviation of 1."""
    from cubeclust.learning.autoencoder import embed
    from cubeclust.principal_components import require_features

    require_features(spectra, number, "--n-features")
    values, error = embed(
        data, number, seed, lambda done, total, error: report.advance("autoencoder", done, total, error=error)
    )
    return values, f"reconstruction from {number} features misses {error:.1%} of the variance"


# Spectra, the same on the device of the fit, how many, seed -> features on that device and what they keep.
_FEATURES: "dict[str, Callable[[Spectra, Tensor, int, int, Progress], tuple[Tensor, str]]]" = {
    "pca": _pca,
    "autoencoder": _autoencoder,
}
