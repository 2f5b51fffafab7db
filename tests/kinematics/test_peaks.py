import pytest
import torch

from cubeclust.kinematics.peaks import peak


@pytest.mark.parametrize("top", [-7.3, 0.0, 2.49, 8.0])
def test_a_parabola_is_found_exactly(top: float) -> None:
    grid = torch.arange(-10.0, 10.5, 0.5, dtype=torch.float64)
    found = peak((5 - 1.5 * (grid - top) ** 2)[None], grid)
    torch.testing.assert_close(found.position, torch.tensor([top]).double())
    torch.testing.assert_close(found.height, torch.tensor([5.0]).double())


@pytest.mark.parametrize(("values", "place"), [([5.0, 3.0, 2.0, 0.0], -1.0), ([0.0, 1.0, 2.0, 9.0], 2.0)])
def test_the_highest_at_an_end_stays_there(values: list[float], place: float) -> None:
    found = peak(torch.tensor([values]), torch.arange(-1.0, 3.0))
    assert float(found.position) == place
    assert float(found.height) == max(values)


def test_of_two_peaks_the_higher() -> None:
    values = torch.tensor([[0.0, 4.0, 0.0, 5.0, 0.0], [0.0, 6.0, 0.0, 5.0, 0.0]])
    torch.testing.assert_close(peak(values, torch.arange(5.0)).position, torch.tensor([3.0, 1.0]))
