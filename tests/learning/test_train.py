"""The training loop and the gradient that reaches the weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cubeclust.divergences.gemini import gemini
from cubeclust.divergences.mmd import EmbeddedMMD
from cubeclust.errors import InputError
from cubeclust.learning import networks
from cubeclust.learning.batches import FullBatch, Minibatches
from cubeclust.learning.diagnostics import Diagnostics
from cubeclust.learning.optimizers import OPTIMIZERS, adam
from cubeclust.learning.stopping import Plateau, Stopping
from cubeclust.learning.train import Trainer, Training


@pytest.mark.parametrize("name", sorted(networks.NETWORKS))
@pytest.mark.parametrize("pairs", ["ova", "ovo"])
def test_gradient_of_every_weight_equals_finite_differences(name: str, pairs: str) -> None:
    """gemclus 1.1.1 fails this for its MLP: it back-propagates through the gradient of the second layer."""
    data = torch.tensor(np.random.default_rng(0).standard_normal((30, 6)))
    network = networks.build(name, (30, 6), 5, 3, seed=1).double()

    def objective() -> torch.Tensor:
        return gemini(networks.posterior(network, data), EmbeddedMMD(data), pairs)

    objective().backward()
    step = 1e-6
    for parameter in network.parameters():
        flat, gradient = parameter.data.view(-1), parameter.grad.view(-1)
        for place in range(len(flat)):
            value = float(flat[place])
            flat[place] = value + step
            above = objective().item()
            flat[place] = value - step
            below = objective().item()
            flat[place] = value
            assert float(gradient[place]) == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-9)


def nothing(iteration: int, terms: dict[str, float]) -> None:
    pass


def quadratic(
    *, max_iter: int, early: bool = False, minutes: float = 0.0, optimizer: str = "adam", pauses: tuple[int, ...] = ()
) -> tuple[torch.nn.Linear, Training]:
    """Descent of (w - 0.5)^2 + 1 from w = 1 by steps of about 0.01; a single row, whose label stays."""
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(model.weight, 1.0)
    data = torch.ones(1, 1)
    trainer = Trainer(
        OPTIMIZERS[optimizer](model.parameters(), 0.01),
        FullBatch(),
        lambda rows: {"square": (model(data[rows]) - 0.5).square().sum(), "offset": torch.tensor(1.0)},
        Diagnostics(1, "cpu"),
    )
    stopping = Stopping(max_iter, minutes, Plateau(1e-6), early)
    for pause in pauses:
        assert trainer.run(replace(stopping, max_iter=pause), nothing) == "iterations"
        assert trainer.loss == pytest.approx(float(trainer.history.losses["square"][-1]) + 1)
    return model, trainer.finished(stopping, trainer.run(stopping, nothing))


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
def test_a_training_goes_on_as_if_it_had_not_been_interrupted(optimizer: str) -> None:
    whole, parts = (quadratic(max_iter=90, optimizer=optimizer, pauses=pauses)[1] for pauses in ((), (20, 50)))
    np.testing.assert_array_equal(whole.losses["square"], parts.losses["square"])
    assert (parts.iterations, parts.stopped) == (90, "iterations")


def test_resilient_propagation_is_at_the_minimum_in_fewer_steps() -> None:
    slow, quick = (quadratic(max_iter=5000, early=True, optimizer=name)[1] for name in ("adam", "rprop"))
    assert quick.losses["square"][-1] <= slow.losses["square"][-1]
    assert quick.iterations < slow.iterations


def test_training_reaches_the_minimum_and_stops_there() -> None:
    model, training = quadratic(max_iter=5000, early=True)
    assert training.losses["square"][-1] == pytest.approx(float((model.weight.detach() - 0.5) ** 2), abs=1e-12)
    assert float(model.weight.detach()) == pytest.approx(0.5, abs=1e-2)
    assert (training.converged, training.stopped) == (True, "plateau")
    assert training.iterations < 5000
    assert set(training.losses) == {"square", "offset"}
    assert {len(values) for values in (*training.losses.values(), *training.figures.values())} == {
        training.iterations + 1
    }


def test_without_a_bound_the_rule_decides() -> None:
    bounded, unbounded = (quadratic(max_iter=number, early=True)[1] for number in (5000, 0))
    assert unbounded.iterations == bounded.iterations
    assert np.array_equal(unbounded.losses["square"], bounded.losses["square"])


def test_training_that_is_cut_short_says_so() -> None:
    _, training = quadratic(max_iter=60)
    assert training.iterations == 60
    assert len(training.losses["square"]) == 61
    assert (training.converged, training.stopped) == (False, "iterations")


def test_all_iterations_run_where_the_rule_only_judges() -> None:
    _, training = quadratic(max_iter=2000)
    assert (training.iterations, training.converged, training.stopped) == (2000, True, "iterations")


@pytest.mark.parametrize("max_iter", [0, 5000])
def test_time_ends_the_iteration_that_passes_it(max_iter: int) -> None:
    """No training takes less than a billionth of a second: a single iteration, and not converged."""
    _, training = quadratic(max_iter=max_iter, early=True, minutes=1e-12)
    assert (training.iterations, training.converged, training.stopped) == (1, False, "time")
    assert len(training.losses["square"]) == 2


def test_objective_that_overflows_is_refused() -> None:
    model = torch.nn.Linear(1, 1)
    stopping = Stopping(1, 0.0, Plateau(1e-4), early=False)  # finite before the only step, not after it
    trainer = Trainer(
        adam(model.parameters(), 1e30),
        FullBatch(),
        lambda rows: {"fourth": (model(torch.ones(1, 1)[rows]) ** 4).sum()},
        Diagnostics(1, "cpu"),
    )
    with pytest.raises(InputError, match="lower --learning-rate"):
        trainer.finished(stopping, trainer.run(stopping, nothing))


def test_minibatches_visit_every_row_once() -> None:
    batches = Minibatches(23, 5, seed=3)
    first, second = (torch.cat(list(batches())) for _ in range(2))
    assert sorted(first.tolist()) == list(range(23))
    assert first.tolist() != second.tolist()
    assert torch.cat(list(Minibatches(23, 5, seed=3)())).tolist() == first.tolist()


def test_single_row_that_is_left_over_joins_the_last_batch() -> None:
    assert [len(batch) for batch in Minibatches(11, 5, seed=0)()] == [5, 6]
