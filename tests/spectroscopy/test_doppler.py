"""Redshifts and velocities, from one another and about another systemic redshift."""

import numpy as np
import pytest

from cubeclust.spectroscopy.doppler import LIGHT_SPEED, about, redshift_of, stretch, velocity_of

VELOCITY = np.array([-850.0, 0.0, 12.5, 2300.0])  # km/s


def test_a_velocity_stretches_wavelengths_beside_the_systemic_redshift() -> None:
    assert stretch(LIGHT_SPEED / 10, 0.5) == pytest.approx(1.65)
    assert redshift_of(LIGHT_SPEED / 10, 0.5) == pytest.approx(0.65)


@pytest.mark.parametrize("systemic", [0.0, 0.004, 3.2])
def test_redshift_and_velocity_are_each_others_inverse(systemic: float) -> None:
    np.testing.assert_allclose(velocity_of(redshift_of(VELOCITY, systemic), systemic), VELOCITY, atol=1e-9)


def test_velocities_about_another_redshift_are_the_same_redshifts() -> None:
    np.testing.assert_allclose(
        redshift_of(about(VELOCITY, 0.1, 0.11), 0.11), redshift_of(VELOCITY, 0.1), rtol=0, atol=1e-15
    )


def test_single_precision_loses_nothing_about_another_redshift() -> None:
    single = about(VELOCITY.astype(np.float32), 0.1, 0.1003)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, about(VELOCITY, 0.1, 0.1003), rtol=3e-7)
