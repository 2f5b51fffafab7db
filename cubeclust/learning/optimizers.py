"""Optimizers of the networks."""

from collections.abc import Callable, Iterable

from torch import optim
from torch.nn import Parameter

_SHRINK, _GROW = 0.5, 1.2  # factors of a step after a change of its gradient's sign, and without one
_LEAST, _MOST = 1e-4, 10.0  # bounds of a step, in units of the first one


def adam(parameters: Iterable[Parameter], learning_rate: float) -> optim.Optimizer:
    """Adam (Kingma & Ba 2015)."""
    return optim.Adam(parameters, lr=learning_rate)


def rprop(parameters: Iterable[Parameter], learning_rate: float) -> optim.Optimizer:
    """Resilient propagation (Riedmiller & Braun 1993), of gradients without noise.

    Each weight has a step of its own, learning_rate at first, that grows as long as the sign of its gradient stays and
    shrinks when it changes. Signs alone count, so that the unit of the objective plays no role.
    """
    bounds = (_LEAST * learning_rate, _MOST * learning_rate)
    return optim.Rprop(parameters, lr=learning_rate, etas=(_SHRINK, _GROW), step_sizes=bounds)


OPTIMIZERS: dict[str, Callable[[Iterable[Parameter], float], optim.Optimizer]] = {"rprop": rprop, "adam": adam}
