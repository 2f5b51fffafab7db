"""Bits that say why a spaxel has no class."""

import numpy as np

from cubeclust.quality import MEANING, OF_VELOCITY, Quality
from cubeclust.velocities.flags import VelocityFlag


def test_bits_are_apart_and_explained() -> None:
    assert list(MEANING) == list(Quality)
    assert sum(Quality) == 2 ** len(Quality) - 1 <= np.iinfo(np.int32).max


def test_each_reason_against_a_velocity_has_its_own_bit() -> None:
    assert list(OF_VELOCITY) == list(VelocityFlag)
    assert len(set(OF_VELOCITY.values())) == len(VelocityFlag)
    assert OF_VELOCITY[VelocityFlag.NO_VELOCITY] == 64, "as it was before there were others"
    assert all(str(flag.name) in str(bit.name) for flag, bit in OF_VELOCITY.items())
