import pytest

from cubeclust.simulation.axis import Axis, window

HALPHA, HBETA, NII, SII = 6562.80, 4861.33, 6583.45, 6730.82


@pytest.mark.parametrize("redshift", [0.0, 0.003793, 0.3])
@pytest.mark.parametrize("channels", [100, 400, 1600, 3681])
def test_every_window_has_the_lines_around_halpha(channels: int, redshift: float) -> None:
    axis = window(channels, redshift, "air")
    last = axis.start + 1.25 * (axis.channels - 1)
    assert axis.first >= 0
    assert axis.first + axis.channels <= 3681
    assert axis.start < HALPHA * (1 + redshift) - 30
    assert last > NII * (1 + redshift) + 30


def test_long_windows_grow_to_the_blue() -> None:
    axis = window(1600, 0.003793, "air")
    assert axis.start < HBETA * 1.003793 - 10
    assert axis.start + 1.25 * 1599 > SII * 1.003793 + 10


def test_edges_of_channels_lie_halfway() -> None:
    assert Axis().edges(0, 2).tolist() == [4749.375, 4750.625, 4751.875]


def test_edges_of_a_vacuum_axis_are_given_in_air() -> None:
    in_air, in_vacuum = Axis().edges(1450, 1451), Axis(medium="vacuum").edges(1450, 1451)
    assert in_vacuum == pytest.approx(in_air - 1.81, abs=0.02)  # H-alpha: 6564.61 in vacuum, 6562.80 in air
