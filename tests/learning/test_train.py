"""The training loop and the gradient that reaches the weights."""

import numpy as np
import pytest
import torch

from cubeclust.divergences.gemini import gemini
from cubeclust.divergences.mmd import EmbeddedMMD
from cubeclust.errors import InputError
from cubeclust.learning import networks
from cubeclust.learning.batches import FullBatch, Minibatches
from cubeclust.learning.train import Plateau, train


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


def quadratic(tolerance: float, max_iter: int) -> tuple[torch.nn.Linear, object]:
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(model.weight, 1.0)
    data = torch.ones(1, 1)
    training = train(
        model,
        FullBatch(),
        lambda rows: {"square": (model(data[rows]) - 0.5).square().sum(), "offset": torch.tensor(1.0)},
        learning_rate=0.01,
        max_iter=max_iter,
        plateau=Plateau(tolerance),
        report=lambda iteration, terms: None,
    )
    return model, training


def test_training_reaches_the_minimum_and_stops_there() -> None:
    model, training = quadratic(tolerance=1e-6, max_iter=5000)
    assert training.history["square"][-1] == pytest.approx(float((model.weight.detach() - 0.5) ** 2), abs=1e-12)
    assert float(model.weight.detach()) == pytest.approx(0.5, abs=1e-2)
    assert training.converged
    assert training.iterations < 5000
    assert set(training.history) == {"square", "offset"}


def test_training_that_is_cut_short_says_so() -> None:
    _, training = quadratic(tolerance=0.0, max_iter=60)
    assert training.iterations == 60
    assert len(training.history["square"]) == 61
    assert not training.converged


def test_objective_that_overflows_is_refused() -> None:
    model = torch.nn.Linear(1, 1)
    with pytest.raises(InputError, match="lower --learning-rate"):
        train(
            model,
            FullBatch(),
            lambda rows: {"fourth": (model(torch.ones(1, 1)[rows]) ** 4).sum()},
            learning_rate=1e30,
            max_iter=1,  # finite before the only step, not after it
            plateau=Plateau(0.0),
            report=lambda iteration, terms: None,
        )


def test_only_a_settled_loss_is_a_plateau() -> None:
    assert Plateau(1e-4).reached([-1.0] * 50)
    assert not Plateau(1e-4).reached(list(np.linspace(-1, -2, 50)))
    assert not Plateau(1e-4).reached(list(np.linspace(-1, 0, 50))), "a loss that rises has not settled"
    assert not Plateau(1e-4).reached([-1.0] * 49)


def test_minibatches_visit_every_row_once() -> None:
    batches = Minibatches(23, 5, seed=3)
    first, second = (torch.cat(list(batches())) for _ in range(2))
    assert sorted(first.tolist()) == list(range(23))
    assert first.tolist() != second.tolist()
    assert torch.cat(list(Minibatches(23, 5, seed=3)())).tolist() == first.tolist()


def test_single_row_that_is_left_over_joins_the_last_batch() -> None:
    assert [len(batch) for batch in Minibatches(11, 5, seed=0)()] == [5, 6]
