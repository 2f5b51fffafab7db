"""The generalized mutual information: one expectation for any divergence."""

from typing import Literal, Protocol, runtime_checkable

import torch
from jaxtyping import Float, Float64
from torch import Tensor

Pairs = Literal["ova", "ovo"]


class Divergence(Protocol):
    """Divergence between the cluster distributions that a posterior (n, k) implies on the data."""

    def to_all(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, " k"]:
        """D(p(x|y) || p(x)) of each cluster."""

    def between(self, posterior: Float[Tensor, "n k"]) -> Float64[Tensor, "k k"]:
        """D(p(x|a) || p(x|b)) of each ordered pair."""


@runtime_checkable
class Diagnosed(Protocol):
    """A divergence whose values are approximate to a degree that it states."""

    def figures(self) -> dict[str, float]:
        """Figures of the last value by name, such as an error; the larger the worse."""


def gemini(posterior: Float[Tensor, "n k"], divergence: Divergence, pairs: Pairs) -> Float64[Tensor, ""]:
    """GEMINI of a posterior p(y|x) (n, k), float64 scalar to be maximized.

    OvA: E_y[D(p(x|y) || p(x))] (Ohl et al. 2022, Eq. 6); OvO: E_a,b[D(p(x|a) || p(x|b))] (Eq. 7), with the
    prior p(y) = mean over rows.
    """
    prior = posterior.mean(dim=0, dtype=torch.float64)  # (k,)
    if pairs == "ova":
        return prior @ divergence.to_all(posterior)
    return prior @ divergence.between(posterior) @ prior
