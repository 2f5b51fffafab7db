"""The device that stands in for a GPU refuses what a GPU refuses, and computes what the CPU computes."""

import pytest
import torch


def test_arithmetic_and_gradients_are_those_of_the_cpu(apart: str) -> None:
    weights = torch.arange(6.0).reshape(3, 2)
    found = []
    for device in ("cpu", apart):
        leaf = weights.clone().to(device).requires_grad_()
        data = torch.arange(12.0, device=device).reshape(4, 3)
        (torch.tanh(data[[0, 2]] @ leaf) * torch.tensor([0.5, 2.0], device=device)).sum().backward()
        assert leaf.grad is not None
        assert leaf.grad.device.type == device
        found.append(leaf.grad.cpu())
    assert torch.equal(*found)


@pytest.mark.parametrize(
    "mix",
    [
        lambda here, there: here + there,
        lambda here, there: here @ there,
        lambda here, there: torch.cat([here, there]),
        lambda here, there: there.add_(here),
        lambda here, there: here[there > 0],
        lambda here, there: torch.where(there > 0, here, 0.0),
        lambda here, there: there.numpy(),
        lambda here, there: here.gather(0, there.long()),
    ],
)
def test_mixing_is_refused(mix, apart: str) -> None:
    with pytest.raises((RuntimeError, TypeError)):
        mix(torch.ones(3), torch.ones(3, device=apart))


def test_what_a_gpu_allows(apart: str) -> None:
    there = torch.arange(4.0, device=apart)
    assert there[torch.tensor([1, 3])].tolist() == [1.0, 3.0]
    assert (there * torch.tensor(2.0)).tolist() == [0.0, 2.0, 4.0, 6.0]
    there[torch.tensor([True, False, False, False])] = 5
    there[1:2] = torch.tensor([7.0])
    assert there.cpu().numpy().tolist() == [5.0, 7.0, 2.0, 3.0]
    assert float(there.sum()) == 17
