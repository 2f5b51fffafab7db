"""FisherEM: a Gaussian mixture in the subspace that separates its classes best."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import inf
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.errors import InputError
from cubeclust.fisher.models import MODELS
from cubeclust.methods.fisher_em.fits_progress import FitsProgress
from cubeclust.methods.protocol import Labeler
from cubeclust.methods.starts import STARTS, labels_on_sky, partition
from cubeclust.runtime.device import make_exact, out_of_memory_explained, to_device
from cubeclust.runtime.progress import Progress
from cubeclust.settings import check, preset, setting
from cubeclust.spectra import Spectra

if TYPE_CHECKING:
    from torch import Tensor

    from cubeclust.fisher.em import Rules
    from cubeclust.methods.fisher_em.decomposed import Decomposed


@dataclass(frozen=True)
class FisherEM:
    """Gaussian mixture in a discriminative subspace, fitted by F (subspace), M (covariances) and E steps (posterior).

    start_classes, from Python only, is a partition in place of --start: labels (n,) 0..k-1, or a posterior (n, k).
    start_image is an image of class numbers 1..k (NY, NX); spaxels with 0 join the class of the nearest mean.
    """

    n_clusters: int = setting(10, "Number of classes.", minimum=2)
    model: str = setting(
        "DkBk",
        "Covariance in the subspace (D full, Aj diagonal, A spherical) and noise outside of it (B); with k one "
        "for each class, without k one for all. all takes the model with the best ICL.",
        choices=(*MODELS, "all"),
    )
    fisher_step: str = setting(
        "svd",
        "How the subspace is found: svd of S^-1 B, gs with orthogonal directions one by one, reg by regression.",
        choices=("svd", "gs", "reg"),
    )
    start: str = setting(
        "mixed",
        "Partition that a fit starts from; mixed takes kmeans and random in turn.",
        choices=tuple(STARTS),
    )
    n_starts: int = setting(5, "Starts (mixed, kmeans, random), of which the likeliest fit is kept.", minimum=1)
    max_iter: int = setting(100, "Iterations of one start at most; R's default is 50.", minimum=1)
    tolerance: float = setting(
        1e-4,
        "A start has converged once less log-likelihood per spectrum than this is still to be gained; with --compat r, "
        "once that of all spectra changes by less than this.",
        above=0,
    )
    shrinkage: str = setting(
        "auto",
        "Weight of the mean variance in the total covariance, 0 to 1; auto takes that of Ledoit & Wolf, near 0 if "
        "there are many more spectra than channels.",
    )
    compat: str = setting(
        "none",
        "r follows FisherEM 1.6.1 of R exactly, with its errors, to compare with its maps.",
        choices=("none", "r"),
    )
    start_classes: np.ndarray | None = preset(None)
    start_image: np.ndarray | None = preset(None)

    paper: ClassVar[str] = "Bouveyron & Brunet 2012, Stat. Comput. 22, 301 (FisherEM)"
    default_scale: ClassVar[str] = "noise"
    uses_gpu: ClassVar[bool] = True
    max_seconds: ClassVar[float] = inf
    models: ClassVar[tuple[str, ...]] = tuple(MODELS)
    figures: ClassVar[tuple[str, ...]] = ("convergence.png", "loadings.png")

    def __post_init__(self) -> None:
        check(self)
        if self._shrinkage is not None and self.compat == "r":
            raise InputError(
                f"--shrinkage {self.shrinkage}: FisherEM in R does not shrink; leave out --shrinkage or --compat r."
            )

    @property
    def _shrinkage(self) -> float | None:
        """A number, None for auto."""
        if self.shrinkage == "auto":
            return None
        try:
            value = float(self.shrinkage)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            raise InputError(f"--shrinkage is {self.shrinkage!r}: give auto or a number from 0 to 1.")
        return value

    @property
    def _models(self) -> tuple[str, ...]:
        return self.models if self.model == "all" else (self.model,)

    @property
    def _seeded_starts(self) -> int:
        given = self.start_classes is not None or self.start_image is not None
        return 1 if given or self.start == "ward" else self.n_starts

    def memory(self, n_spectra: int, n_wave: int) -> int:
        """Covariance and its decomposition; coordinates, posterior and blocks; a copy of the data for k-means."""
        k = self.n_clusters
        rows = 8 * (12 * n_spectra * k + 2 * 2048 * k**2 + 3 * 2**18)
        copy = 4 * n_spectra * n_wave if "kmeans" in STARTS[self.start] else 0
        pairs = self.start == "ward" or (self.compat == "r" and n_spectra < n_wave)
        return 5 * 8 * n_wave**2 + rows + max(copy, 3 * 8 * n_spectra**2 * pairs)

    def effort(self, n_spectra: int, n_wave: int) -> float:
        """Covariance and eigenvectors once; in each iteration sums and coordinates of all rows."""
        once = float(n_spectra) * n_wave**2 + 10.0 * n_wave**3
        iteration = 3.0 * n_spectra * self.n_clusters * (n_wave + self.n_clusters**2)
        return once + self._seeded_starts * len(self._models) * self.max_iter * iteration

    def shortened(self, steps: int) -> "FisherEM":
        """One start with `steps` iterations."""
        return replace(self, n_starts=1, max_iter=steps)

    def starting_from(self, classes: np.ndarray) -> "FisherEM":
        """Start from these classes of spaxels (NY, NX) in place of --start."""
        return replace(self, start_image=classes)

    def fit(self, spectra: Spectra, *, seed: int, device: str, cache_bytes: int, progress: Progress) -> Clustering:
        """Fit from each start; the result has mixture, loadings, criteria and coordinates along the loadings."""
        return self.fit_decomposed(
            self.decompose(spectra, device=device, cache_bytes=cache_bytes), seed=seed, progress=progress
        )

    def decompose(self, spectra: Spectra, *, device: str, cache_bytes: int) -> "Decomposed":
        """Center the spectra and decompose their covariance; InputError for a single channel."""
        from cubeclust.fisher.sample import Sample
        from cubeclust.fisher.total import Total
        from cubeclust.methods.fisher_em.decomposed import Decomposed

        if spectra.n_wave < 2:
            raise InputError("fisher-em needs at least two channels; widen --window or raise --pca.")
        make_exact(device)
        as_in_r = self.compat == "r"
        with out_of_memory_explained():
            sample = Sample.of(to_device(spectra.flux, device), 1.0 if as_in_r else None)
            return Decomposed(spectra, sample, Total.of(sample, 0.0 if as_in_r else self._shrinkage))

    def fit_decomposed(self, shared: "Decomposed", *, seed: int, progress: Progress) -> Clustering:
        """Fit each model from each start and keep the best."""
        from cubeclust.fisher.em import fit
        from cubeclust.methods.fisher_em.best import Best

        best, rules = Best(self.n_clusters, shared, self.compat), self._rules(shared)
        starts = self._starts(shared.spectra, seed, shared.sample.data)
        fits = FitsProgress(progress, self._seeded_starts * len(self._models) * self.max_iter, len(shared.spectra))
        with out_of_memory_explained():
            for start, name in product(starts, self._models):
                found = fit(
                    shared.sample, start, MODELS[name], rules, max_iter=self.max_iter, on_iteration=fits.advance
                )
                best.take(name, found)
                fits.end(self.max_iter)
            return best.clustering(progress)

    def _starts(self, spectra: Spectra, seed: int, like: "Tensor") -> "Iterator[Tensor]":
        """First posteriors (n, k) float64, on the device of `like`."""
        from cubeclust.methods.fisher_em.start import posterior_of

        given = self.start_classes
        if self.start_image is not None:
            given = labels_on_sky(spectra, self.start_image, self.n_clusters)
        if given is not None:
            yield posterior_of(given, len(spectra), self.n_clusters).to(like.device)
            return
        for index in range(self._seeded_starts):
            labels = partition(self.start, spectra, self.n_clusters, seed=seed, index=index)
            yield posterior_of(labels, len(spectra), self.n_clusters).to(like.device)

    def _rules(self, shared: "Decomposed") -> "Rules":
        from cubeclust.fisher.likelihood import MaximumLikelihood
        from cubeclust.fisher.r_package import RPackage

        if self.compat == "r":
            return RPackage(shared.sample, shared.total, self.fisher_step, self.tolerance)
        return MaximumLikelihood(shared.total, self.fisher_step, self.tolerance)

    def labeler(self, model: Mapping[str, np.ndarray], *, device: str) -> Labeler:
        """Posterior under the fitted mixture."""
        import torch

        from cubeclust.fisher.em import expect
        from cubeclust.fisher.mixture import Mixture, Places
        from cubeclust.fisher.sample import Sample

        def label(spectra: Spectra) -> Clustering:
            make_exact(device)
            with out_of_memory_explained():
                values = {name: torch.from_numpy(array).to(device) for name, array in model.items()}
                mixture = Mixture(*(values[name] for name in ("prior", "means", "loadings", "scatter", "noise")))
                sample = Sample.around(to_device(spectra.flux, device), values["center"], float(values["unit"]))
                places = Places.of(sample, mixture.means, mixture.loadings)
                posterior = expect(mixture, places)[0].float().cpu().numpy()
            embedding = places.inside.float().cpu().numpy()
            return Clustering(posterior.argmax(axis=1), self.n_clusters, posterior, embedding=embedding)

        return label
