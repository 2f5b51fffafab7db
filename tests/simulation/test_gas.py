"""Line ratios lie where published boundaries of the diagrams of Baldwin, Phillips & Terlevich have them."""

from math import log10

import pytest

from cubeclust.simulation.gas import SPECTRA


def place(name: str) -> tuple[float, float]:
    lines = SPECTRA[name]
    return log10(lines["[NII]6583"]), log10(lines["[OIII]5007"] / lines["Hbeta"])


@pytest.mark.parametrize("name", ["HII 0.4 Z", "HII 0.7 Z", "HII Z", "HII 2 Z"])
def test_star_formation_lies_below_kauffmann_2003(name: str) -> None:
    n2, o3 = place(name)
    assert o3 < 0.61 / (n2 - 0.05) + 1.30


@pytest.mark.parametrize("name", ["cone", "nucleus"])
def test_active_gas_lies_above_kewley_2001_and_among_seyferts(name: str) -> None:
    n2, o3 = place(name)
    assert o3 > 0.61 / (n2 - 0.47) + 1.19
    s2 = log10(SPECTRA[name]["[SII]6716"] + SPECTRA[name]["[SII]6731"])
    assert o3 > 1.89 * s2 + 0.76  # Kewley et al. 2006, equation 7


def test_diffuse_gas_has_strong_sulfur_but_weak_oxygen() -> None:
    s2 = log10(SPECTRA["diffuse"]["[SII]6716"] + SPECTRA["diffuse"]["[SII]6731"])
    assert place("diffuse")[1] < 1.89 * s2 + 0.76


@pytest.mark.parametrize("name", [name for name in SPECTRA if name != "broad"])
def test_doublets_of_one_upper_level(name: str) -> None:
    lines = SPECTRA[name]
    assert lines["[OIII]5007"] / lines["[OIII]4959"] == pytest.approx(2.98)
    assert lines["[NII]6583"] / lines["[NII]6548"] == pytest.approx(3.05)
    assert 0.4 < lines["[SII]6716"] / lines["[SII]6731"] < 1.45  # limits of high and low density
    assert 2.7 < lines["Halpha"] / lines["Hbeta"] < 3.2
