"""Why a spaxel did not enter the clustering: one bit for each reason."""

from enum import IntFlag

import numpy as np

from cubeclust.velocities import flags
from cubeclust.velocities.flags import VelocityFlag


class Quality(IntFlag):
    """Bits of the QUALITY image; 0 means that the spaxel entered the clustering.

    A spaxel with a bit has no class, unless the bit is OUTLIER and the fitted model labeled it.
    """

    CROPPED = 1
    NO_DATA = 2
    FEW_CHANNELS = 4
    MASKED = 8
    LOW_SNR = 16
    NOT_NORMALIZABLE = 32
    NO_VELOCITY = 64
    OTHER_CLASS = 128
    VELOCITY_LOW_SNR = 256
    VELOCITY_FEW_LINES = 512
    VELOCITY_FAR = 1024
    VELOCITY_AT_BOUND = 2048
    VELOCITY_OUTLYING = 4096
    VELOCITY_DISAGREEING = 8192
    VELOCITY_GUESS = 16384
    VELOCITY_PROFILE = 32768
    VELOCITY_BINNED = 65536
    VELOCITY_UNCERTAIN = 131072
    FAINT = 262144
    OUTLIER = 524288


# Reason against a velocity -> reason why the spaxel has no class.
OF_VELOCITY = {
    flag: Quality.NO_VELOCITY if flag is VelocityFlag.NO_VELOCITY else Quality[f"VELOCITY_{flag.name}"]
    for flag in VelocityFlag
}

MEANING: dict[Quality, str] = {
    Quality.CROPPED: "outside --crop or --region",
    Quality.NO_DATA: "no finite sample in the channels read",
    Quality.FEW_CHANNELS: "too many missing channels (--max-nan)",
    Quality.MASKED: "flagged by the mask of the cube or --mask",
    Quality.LOW_SNR: "signal to noise under --min-snr",
    Quality.NOT_NORMALIZABLE: "band mean or total flux unknown or not > 0",
    Quality.NO_VELOCITY: "no velocity known",
    Quality.OTHER_CLASS: "not of the class of --within",
    **{bit: flags.MEANING[flag] for flag, bit in OF_VELOCITY.items() if bit is not Quality.NO_VELOCITY},
    Quality.FAINT: "band mean or total flux under 3 errors",
    Quality.OUTLIER: "like no other spectrum (--outliers)",
}


def counts(quality: np.ndarray) -> dict[Quality, int]:
    """Count the spaxels of a QUALITY image with each bit that occurs."""
    numbers = {bit: int(np.count_nonzero(quality & bit)) for bit in MEANING}
    return {bit: number for bit, number in numbers.items() if number}
