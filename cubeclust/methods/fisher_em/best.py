"""The choice among the fits of all starts and models."""

from dataclasses import replace

import numpy as np

from cubeclust.clustering import Clustering, Criteria
from cubeclust.errors import InputError
from cubeclust.fisher.em import FisherFit
from cubeclust.fisher.models import MODELS
from cubeclust.methods.fisher_em.decomposed import Decomposed
from cubeclust.runtime.progress import Progress

_MIXTURE = ("prior", "means", "loadings", "scatter", "noise")


class Best:
    """The likeliest fit of each model so far."""

    def __init__(self, n_clusters: int, shared: Decomposed, compat: str) -> None:
        self.n_clusters: int = n_clusters
        self.shared: Decomposed = shared
        self.compat: str = compat
        self.fits: dict[str, FisherFit] = {}

    def take(self, name: str, found: FisherFit) -> None:
        """Keep a fit of the model if no start before it was likelier."""
        if name not in self.fits or found.log_likelihoods[-1] > self.fits[name].log_likelihoods[-1]:
            self.fits[name] = found

    def clustering(self, progress: Progress) -> Clustering:
        """The fit with the best ICL.

        Raises:
            InputError: no fit has a likelihood.
        """
        criteria = {name: self._criteria(name, found) for name, found in self.fits.items() if not found.degenerate}
        if not criteria:
            raise InputError(
                "--compat r: as in R, the fit ends where a class has a variance below 0.001 in the subspace or a "
                "singular covariance; take --scale noise, fewer clusters, or leave out --compat."
            )
        name = max(criteria, key=lambda name: criteria[name].icl)
        notes = self._notes(criteria, name)
        for note in notes:
            progress.say(note)
        return self._clustering(self.fits[name], criteria[name], notes)

    def _clustering(self, found: FisherFit, criteria: Criteria, notes: tuple[str, ...]) -> Clustering:
        sample, posterior = self.shared.sample, found.posterior.float().cpu().numpy()
        mixture = {name: getattr(found.mixture, name).cpu().numpy() for name in _MIXTURE}
        return Clustering(
            labels=posterior.argmax(axis=1),
            n_clusters=self.n_clusters,
            posterior=posterior,
            history={"log_likelihood": np.array(found.log_likelihoods) - self.shared.jacobian},
            iterations=len(found.log_likelihoods),
            converged=found.converged,
            stopped="plateau" if found.converged else "iterations",
            notes=notes,
            criteria=criteria,
            loadings=mixture["loadings"],
            embedding=sample.onto(found.mixture.loadings).float().cpu().numpy(),
            parameters=mixture | {"center": sample.center.cpu().numpy(), "unit": np.array(sample.unit)},
        )

    def _criteria(self, name: str, found: FisherFit) -> Criteria:
        """Criteria of a fit; with --compat r as in R: K - 1 directions counted, and the sign of its ICL."""
        k, p, r = self.n_clusters, self.shared.sample.n_wave, self.compat == "r"
        count = MODELS[name].n_parameters(k, p, k - 1 if r else min(k, p) - 1)
        log_likelihood = found.log_likelihoods[-1] - self.shared.jacobian
        criteria = Criteria.of(log_likelihood, count, found.posterior.cpu().numpy())
        return replace(criteria, icl=2 * criteria.bic - criteria.icl) if r else criteria

    def _notes(self, criteria: dict[str, Criteria], best: str) -> tuple[str, ...]:
        """Sentences on the models compared, on alternating solutions and on the shrinkage."""
        notes, total = [], self.shared.total
        if len(self.fits) > 1:
            table = ", ".join(f"{name} {entry.icl:.1f}" for name, entry in criteria.items())
            notes.append(f"model {best} has the best ICL of {table}")
        if unsettled := self.fits[best].unsettled:
            notes.append(f"two solutions take turns, {unsettled:.1%} of the labels differ; the likelier one is taken")
        if total.shrinkage > 0.01:
            notes.append(
                f"shrinkage {total.shrinkage:.3g}: {len(self.shared.sample)} spectra are few for a covariance of "
                f"{self.shared.sample.n_wave} channels"
            )
        return tuple(notes)
