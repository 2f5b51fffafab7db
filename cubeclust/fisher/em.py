"""The iterations of FisherEM."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol

import torch
from jaxtyping import Float64
from torch import Tensor

from cubeclust.fisher.classes import Classes
from cubeclust.fisher.mixture import Mixture, Places
from cubeclust.fisher.models import Model
from cubeclust.fisher.sample import Sample


class Rules(Protocol):
    """How loadings and covariances are estimated, and when to end."""

    def loadings(self, classes: Classes, d: int) -> Float64[Tensor, "p d"]:
        """F step: orthonormal loadings."""

    def mixture(self, model: Model, classes: Classes, loadings: Float64[Tensor, "p d"], places: Places) -> Mixture:
        """M step."""

    def degenerate(self, mixture: Mixture) -> bool:
        """Whether the fit has to end with this mixture, without a likelihood."""

    def converged(self, history: Sequence[float], n: int) -> bool:
        """Whether the log-likelihoods of the iterations so far, of n rows, have settled."""

    def alternates(self, history: Sequence[float], n: int) -> bool:
        """Whether they go back and forth between two values and the fit ends with the larger one.

        The F step does not look at the likelihood, so that F, M and E may lead in a circle.
        """


@dataclass(frozen=True)
class FisherFit:
    """What the iterations ended with.

    mixture          of the last M step
    posterior        (n, k) float64 of the last E step
    log_likelihoods  of each iteration, in the unit of the sample; the last is -inf where the fit was degenerate
    converged        whether the rules' criterion was met
    unsettled        share of rows that have another label in the second one of two solutions that take turns
    """

    mixture: Mixture
    posterior: Float64[Tensor, "n k"]
    log_likelihoods: list[float]
    converged: bool = False
    unsettled: float = 0.0

    @property
    def degenerate(self) -> bool:
        """Whether the fit ended without a likelihood."""
        return self.log_likelihoods[-1] == -inf


def fit(
    sample: Sample,
    posterior: Float64[Tensor, "n k"],
    model: Model,
    rules: Rules,
    *,
    max_iter: int,
    on_iteration: Callable[[int, float], None] = lambda done, log_likelihood: None,
) -> FisherFit:
    """F, M and E steps in turn from a partition, hard or soft, (n, k) with rows of sum 1."""
    history: list[float] = []
    d = min(posterior.shape[1], sample.n_wave) - 1
    previous: FisherFit | None = None
    while True:
        classes = Classes.of(sample, posterior)
        loadings = rules.loadings(classes, d)
        places = Places.of(sample, classes.means, loadings)
        mixture = rules.mixture(model, classes, loadings, places)
        if rules.degenerate(mixture):
            return FisherFit(mixture, posterior, [*history, -inf])
        posterior, log_likelihood = expect(mixture, places)
        history.append(log_likelihood)
        on_iteration(len(history), log_likelihood)
        found = FisherFit(mixture, posterior, history.copy(), converged=rules.converged(history, len(sample)))
        if previous is not None and rules.alternates(history, len(sample)):
            return likelier(previous, found)
        if found.converged or len(history) == max_iter:
            return found
        previous = found


def likelier(one: FisherFit, other: FisherFit) -> FisherFit:
    """The likelier of two solutions that take turns."""
    best = max(one, other, key=lambda found: found.log_likelihoods[-1])
    apart = (one.posterior.argmax(dim=1) != other.posterior.argmax(dim=1)).double().mean()
    return replace(best, converged=True, unsettled=float(apart))


def expect(mixture: Mixture, places: Places) -> tuple[Float64[Tensor, "n k"], float]:
    """E step: posterior (n, k) and log-likelihood."""
    joint = mixture.log_joint(places)
    evidence = torch.logsumexp(joint, dim=1)
    return joint.sub_(evidence[:, None]).exp_(), float(evidence.sum())
