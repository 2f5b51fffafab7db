"""Doppler shifts: velocities in km/s about a systemic redshift, and redshifts z = v / c.

A source at velocity v about the systemic redshift z0 has 1 + z = (1 + z0) (1 + v / c).
"""

from typing import TypeVar

import numpy as np

LIGHT_SPEED = 299_792.458  # km/s, exact by the definition of the meter
UNITS = {"km/s": 1 / LIGHT_SPEED, "m/s": 1e-3 / LIGHT_SPEED, "z": 1.0}  # unit -> redshift of one such unit

Number = TypeVar("Number", float, np.ndarray)  # one value, or an array of any shape


def stretch(velocity: Number, systemic: float) -> Number:
    """Return observed over rest wavelength, (1 + systemic) (1 + velocity / c)."""
    return (1 + systemic) * (1 + velocity / LIGHT_SPEED)


def redshift_of(velocity: Number, systemic: float) -> Number:
    """Return the redshift of a velocity (km/s) about the systemic redshift, z0 + (1 + z0) v / c: no digit is lost."""
    return systemic + (1 + systemic) * velocity / LIGHT_SPEED


def velocity_of(redshift: Number, systemic: float) -> Number:
    """Return the velocity (km/s) about the systemic redshift, c (z - systemic) / (1 + systemic).

    >>> round(velocity_of(0.0871, 0.0860), 1)
    303.7
    >>> round(redshift_of(303.7, 0.0860), 4)
    0.0871
    """
    return LIGHT_SPEED * (redshift - systemic) / (1 + systemic)


def about(velocity: Number, systemic: float, other: float) -> Number:
    """Return velocities (km/s) about the redshift `other` that are given about `systemic`."""
    shift = velocity_of(other, systemic)
    return (velocity - shift) / (1 + shift / LIGHT_SPEED)
