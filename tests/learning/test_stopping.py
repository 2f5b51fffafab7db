"""When a training ends."""

import numpy as np
import pytest

from cubeclust.learning.stopping import Plateau, Stopping, window

RULE = Plateau(1e-4)


def test_only_a_settled_loss_is_a_plateau() -> None:
    assert RULE.reached([-1.0] * 50, relabeled=0.0)
    assert not RULE.reached(list(np.linspace(-1, -2, 50)), relabeled=0.0)
    assert not RULE.reached(list(np.linspace(-1, 0, 50)), relabeled=0.0), "a loss that rises has not settled"
    assert not RULE.reached([-1.0] * 49, relabeled=0.0), "too few to tell"


def test_map_that_changes_is_no_plateau() -> None:
    assert RULE.reached([-1.0] * 500, relabeled=0.001)
    assert not RULE.reached([-1.0] * 500, relabeled=0.002)


@pytest.mark.parametrize("slower", [1, 3, 10])
def test_rule_means_the_same_at_any_learning_rate(slower: int) -> None:
    """-1 + exp(-t / tau), run at a tenth of the rate, is where it was after ten times the iterations."""
    losses = -1 + np.exp(-np.arange(20_000 * slower) / (300 * slower))
    fired = next(t for t in range(50, len(losses)) if RULE.reached(losses[:t], 0.0))
    assert 1 + losses[fired] < 2e-4
    assert fired / slower == pytest.approx(2900, rel=0.15)


def test_noise_about_a_constant_is_a_plateau() -> None:
    """As the mean over batches leaves it: deviation 0.5 %, so 0.5 % / sqrt(1000) in a window's mean."""
    losses = -1 + 0.005 * np.random.default_rng(0).standard_normal(20_000)
    assert Plateau(1e-3).reached(losses, 0.0)


@pytest.mark.parametrize(("iterations", "size"), [(1, 25), (250, 25), (1000, 100), (10_000, 1000)])
def test_windows_are_tenths(iterations: int, size: int) -> None:
    assert window(iterations) == size


def test_rule_that_may_not_end_the_training_lets_it_run() -> None:
    settled = [-1.0] * 50
    assert Stopping(100, 0.0, RULE, early=True).after(settled, 0.0) == "plateau"
    assert Stopping(100, 0.0, RULE, early=False).after(settled, 0.0) is None
    assert Stopping(50, 0.0, RULE, early=False).after(settled, 0.0) == "iterations"
    assert Stopping(50, 1e-12, RULE, early=False).after(settled, 0.0) == "iterations", "they are done, time or not"
    assert Stopping(100, 1e-12, RULE, early=False).after(settled, 0.0) == "time"


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ((1000, 0.0, False), "after 1000 iterations"),
        ((0, 0.0, True), "once it has converged (--tolerance 0.0001), however long that takes"),
        ((0, 30.0, True), "once it has converged (--tolerance 0.0001), or after 30 minutes"),
        ((1000, 2.5, False), "after 1000 iterations, or after 2.5 minutes"),
    ],
)
def test_how_it_will_end_is_said(bounds: tuple[int, float, bool], words: str) -> None:
    max_iter, minutes, early = bounds
    assert str(Stopping(max_iter, minutes, RULE, early)).startswith(words)
