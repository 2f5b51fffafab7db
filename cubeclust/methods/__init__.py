"""Table of the clustering methods; the class of one is imported when it is used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cubeclust.methods.protocol import Clusterer


@dataclass(frozen=True)
class Method:
    """A row of METHODS.

    summary              the method in one line
    module, class_name   of its class, below cubeclust.methods
    presets              fields of the class that the name of the method sets
    mixture              whether its clusterings have information criteria
    seeded               whether its clusterings depend on the seed
    module_needed        optional package that its fits import; None without one
    """

    summary: str
    module: str
    class_name: str
    presets: Mapping[str, Any] = field(default_factory=dict)
    mixture: bool = False
    seeded: bool = True
    module_needed: str | None = None

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
    "wasserstein-ova": Method(
        "GEMINI, each cluster against all: exact Wasserstein distance",
        "gemini.wasserstein", "WassersteinGemini", {"pairs": "ova"}, module_needed="ot",
    ),
    "wasserstein-ovo": Method(
        "GEMINI, each cluster against each other: exact Wasserstein distance",
        "gemini.wasserstein", "WassersteinGemini", {"pairs": "ovo"}, module_needed="ot",
    ),
    "kl-ova": Method(
        "GEMINI, each cluster against all: Kullback-Leibler divergence, which is the mutual information",
        "gemini.f_divergence", "FGemini", {"f": "kl", "pairs": "ova"},
    ),
    "kl-ovo": Method(
        "GEMINI, each cluster against each other: Kullback-Leibler divergence",
        "gemini.f_divergence", "FGemini", {"f": "kl", "pairs": "ovo"},
    ),
    "hellinger-ova": Method(
        "GEMINI, each cluster against all: squared Hellinger distance",
        "gemini.f_divergence", "FGemini", {"f": "hellinger", "pairs": "ova"},
    ),
    "hellinger-ovo": Method(
        "GEMINI, each cluster against each other: squared Hellinger distance",
        "gemini.f_divergence", "FGemini", {"f": "hellinger", "pairs": "ovo"},
    ),
    "tv-ova": Method(
        "GEMINI, each cluster against all: total variation distance",
        "gemini.f_divergence", "FGemini", {"f": "tv", "pairs": "ova"},
    ),
    "tv-ovo": Method(
        "GEMINI, each cluster against each other: total variation distance",
        "gemini.f_divergence", "FGemini", {"f": "tv", "pairs": "ovo"},
    ),
    "fisher-em": Method(
        "Gaussian mixture in its discriminative subspace",
        "fisher_em.method", "FisherEM", mixture=True,
    ),
    "kmeans": Method("k-means (baseline)", "baselines.kmeans", "KMeans"),
    "gmm": Method("Gaussian mixture (baseline)", "baselines.gmm", "GaussianMixture", mixture=True),
    "igmm": Method(
        "isotropic Gaussian mixture, equal weights (baseline)",
        "baselines.igmm", "IsotropicMixture", mixture=True,
    ),
    "fcm": Method("fuzzy c-means (baseline)", "baselines.fcm", "FuzzyCMeans"),
    "spectral": Method("spectral clustering of the neighbor graph (baseline)", "baselines.spectral", "Spectral"),
    "ward": Method("Ward's hierarchical clustering (baseline)", "baselines.ward", "Ward", seeded=False),
}  # fmt: skip
DEFAULT_METHOD = "mmd-ovo"
