import numpy as np
import pytest

from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import ABSORPTION, EMISSION, vacuum_to_air

RYDBERG = 109_677.5834  # 1 / cm, of hydrogen
HYDROGEN = {
    "Hdelta": (2, 6), "Hgamma": (2, 5), "Hbeta": (2, 4), "Halpha": (2, 3), "Pbeta": (3, 5), "Palpha": (3, 4),
    "Brgamma": (4, 7), "Brbeta": (4, 6), "Bralpha": (4, 5),
}  # fmt: skip


@pytest.mark.parametrize("line", EMISSION + ABSORPTION, ids=lambda line: line.name)
def test_air_and_vacuum_are_the_same_line(line) -> None:
    assert abs(float(vacuum_to_air(np.array(line.vacuum))) / line.air - 1) * LIGHT_SPEED < 1.0  # km/s


@pytest.mark.parametrize("name", HYDROGEN)
def test_hydrogen_follows_rydberg_but_for_its_fine_structure(name: str) -> None:
    lower, upper = HYDROGEN[name]
    [line] = [line for line in EMISSION if line.name == name]
    off = line.vacuum * RYDBERG * 1e-8 * (1 / lower**2 - 1 / upper**2) - 1
    assert -4.5 < off * LIGHT_SPEED < 0.5  # km/s


def test_lines_of_a_kind_have_names_of_their_own() -> None:
    for lines in (EMISSION, ABSORPTION):
        assert len({line.name for line in lines}) == len(lines)
