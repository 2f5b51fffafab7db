"""The clustering methods: one visible table from a name to a class, imported when it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cubeclust.methods.protocol import Clusterer


@dataclass(frozen=True)
class Method:
    """An entry of METHODS: what it is in a line, where its class lies, which fields the name sets."""

    summary: str
    module: str
    class_name: str
    presets: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> "type[Clusterer]":
        """Class of the method."""
        return getattr(import_module(f"cubeclust.methods.{self.module}"), self.class_name)

    def create(self, **settings: Any) -> "Clusterer":
        """Record of the method with these settings; InputError if one is out of bounds."""
        return self.load()(**self.presets, **settings)


METHODS: dict[str, Method] = {
    "mmd-ova": Method(
        "GEMINI, each cluster against all: maximum mean discrepancy",
        "gemini.mmd", "MMDGemini", {"pairs": "ova"},
    ),
    "mmd-ovo": Method(
        "GEMINI, each cluster against each other: maximum mean discrepancy",
        "gemini.mmd", "MMDGemini", {"pairs": "ovo"},
    ),
    "usd-ova": Method(
        "GEMINI, each cluster against all: unbiased Sinkhorn divergence",
        "gemini.sinkhorn", "SinkhornGemini", {"pairs": "ova"},
    ),
    "usd-ovo": Method(
        "GEMINI, each cluster against each other: unbiased Sinkhorn divergence",
        "gemini.sinkhorn", "SinkhornGemini", {"pairs": "ovo"},
    ),
    "kmeans": Method("k-means (baseline)", "kmeans", "KMeans"),
    "gmm": Method("Gaussian mixture (baseline)", "gmm", "GaussianMixture"),
    "igmm": Method("isotropic Gaussian mixture, equal weights (baseline)", "igmm", "IsotropicMixture"),
    "fcm": Method("fuzzy c-means (baseline)", "fcm", "FuzzyCMeans"),
    "spectral": Method("spectral clustering of the neighbor graph (baseline)", "spectral", "Spectral"),
    "ward": Method("Ward's hierarchical clustering (baseline)", "ward", "Ward"),
}  # fmt: skip
DEFAULT_METHOD = "mmd-ovo"
