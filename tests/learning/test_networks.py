"""Networks: what they see, and that working by blocks changes nothing."""

import pytest
import torch

from cubeclust.learning import networks


@pytest.mark.parametrize("n_wave", [1, 7, 16, 60, 321])
@pytest.mark.parametrize("name", networks.NETWORKS)
def test_logits_of_any_number_of_channels(name: str, n_wave: int) -> None:
    data = torch.randn(5, n_wave)
    assert networks.build(name, (5, n_wave), 4, 3, seed=0)(data).shape == (5, 3)


@pytest.mark.parametrize("name", ["mlp", "linear", "conv1d"])
def test_centered_network_does_not_depend_on_the_unit_of_the_spectra(name: str) -> None:
    """Nor on what all of them have in common: the logits of the network alone on data of mean 0 and deviation 1."""
    plain = torch.randn(40, 64, generator=torch.Generator().manual_seed(0))
    plain = (plain - plain.mean(dim=0)) / (plain - plain.mean(dim=0)).square().mean().sqrt()
    expected = networks.build(name, (40, 64), 5, 3, seed=0)(plain)
    for unit, offset in ((1.0, 0.0), (2e-4, 3e-4), (50.0, torch.arange(64.0))):
        data = plain * unit + offset
        network = networks.build(name, (40, 64), 5, 3, seed=0)
        networks.center(network, data)
        torch.testing.assert_close(network(data), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["mlp", "linear", "conv1d"])
def test_centered_network_of_equal_spectra_is_finite(name: str) -> None:
    data = torch.full((40, 64), 0.1)
    network = networks.build(name, (40, 64), 5, 3, seed=0)
    networks.center(network, data)
    assert torch.isfinite(network(data)).all()


def test_convolutions_by_blocks_give_the_same_logits_and_gradients() -> None:
    data = torch.randn(50, 100, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    network = networks.build("conv1d", (50, 100), 8, 4, seed=0).double()
    results = []
    for rows in (50, 7):
        network.rows = rows
        network.zero_grad()
        logits = network(data)
        logits.square().sum().backward()
        results.append([logits.detach(), *(parameter.grad.clone() for parameter in network.parameters())])
    for whole, parts in zip(*results, strict=True):
        torch.testing.assert_close(parts, whole, rtol=1e-12, atol=1e-12)


def test_convolutions_know_where_a_line_sits() -> None:
    """The same line 30 channels further on gives other logits."""
    data = torch.zeros(2, 100)
    data[0, 20] = data[1, 50] = 10.0
    first, second = networks.build("conv1d", (2, 100), 8, 4, seed=0)(data)
    assert (first - second).abs().max() > 1e-3


def test_categorical_model_is_free_of_the_data() -> None:
    network = networks.build("categorical", (6, 3), 0, 4, seed=0)
    assert torch.equal(network(torch.zeros(6, 3)), network(torch.ones(6, 3)))
    assert sum(parameter.numel() for parameter in network.parameters()) == 6 * 4
