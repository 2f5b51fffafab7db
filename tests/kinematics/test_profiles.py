"""Lines in channels: their flux is kept, and derivatives are those of finite differences."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_lines import EDGES, LSF, Z

from cubeclust.kinematics.profiles import Moving, Profiles, profiles
from cubeclust.spectroscopy.lsf import FWHM, muse_lsf

LOW, HIGH = torch.from_numpy(EDGES[None, :-1]), torch.from_numpy(EDGES[None, 1:])
LINES = Moving(
    torch.tensor([-200.0, 35.0]).double(),
    torch.tensor([20.0, 120.0]).double(),
    torch.tensor([6562.8, 6583.45]).double(),
    torch.tensor([LSF, 0.5]).double(),
    Z,
)


def seen(lines: Moving) -> Profiles:
    return profiles(lines, LOW, HIGH)


def test_flux_is_kept_however_narrow_the_line() -> None:
    narrow = replace(LINES, sigma=torch.tensor([1e-3, 5.0]).double(), lsf=torch.tensor([0.0, 1e-6]).double())
    for lines in (LINES, narrow):
        summed = (seen(lines).density * (HIGH - LOW)[..., None]).sum(dim=1)
        torch.testing.assert_close(summed, torch.ones(2, 2).double())


def test_mean_and_width_are_those_of_the_line_in_channels() -> None:
    """A channel of width w adds w^2 / 12 to the variance."""
    shape, middle = seen(LINES).density * 1.25, ((LOW + HIGH) / 2)[..., None]
    mean = (shape * middle).sum(dim=1)
    torch.testing.assert_close(mean, LINES.center, rtol=0, atol=1e-3)
    variance = (shape * (middle - mean[:, None]) ** 2).sum(dim=1)
    torch.testing.assert_close(variance, LINES.width**2 + 1.25**2 / 12, rtol=1e-2, atol=0)


@pytest.mark.parametrize("name", ["velocity", "width"])
def test_derivatives_are_those_of_finite_differences(name: str) -> None:
    step = 1e-4
    moved = {
        "velocity": [replace(LINES, velocity=LINES.velocity + side * step) for side in (-1, 1)],
        "width": [replace(LINES, sigma=LINES.sigma * np.exp(side * step)) for side in (-1, 1)],
    }
    before, after = (seen(lines).density for lines in moved[name])
    expected = (after - before) / (2 * step)
    torch.testing.assert_close(
        getattr(seen(LINES), f"by_{name}"), expected, rtol=0, atol=1e-3 * float(expected.abs().max())
    )


def test_the_profile_of_muse() -> None:
    """UDF-10 and mosaic: about 2.9 Angstrom at 5000, 2.5 at 7000 (Bacon et al. 2017, figure 8 and equation 8)."""
    np.testing.assert_allclose(FWHM * muse_lsf(np.array([5000.0, 7000.0])), [2.913, 2.483], atol=1e-3)
