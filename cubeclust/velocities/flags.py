"""Tracer of a velocity, and the reasons why a velocity is misleading, one bit each."""

from enum import IntEnum, IntFlag


class Tracer(IntEnum):
    """What a velocity was measured of."""

    NOTHING = 0
    GAS = 1
    STARS = 2


class VelocityFlag(IntFlag):
    """Bits of the FLAG image of a velocity map; 0: the velocity passed every check."""

    NO_VELOCITY = 1
    LOW_SNR = 2
    FEW_LINES = 4
    FAR = 8
    AT_BOUND = 16
    OUTLYING = 32
    DISAGREEING = 64
    GUESS = 128
    PROFILE = 256
    BINNED = 512
    UNCERTAIN = 1024


KEPT = VelocityFlag.PROFILE | VelocityFlag.BINNED  # reasons that leave a spaxel in by default

MEANING = {
    VelocityFlag.NO_VELOCITY: "no velocity: no data, or the fit failed",
    VelocityFlag.LOW_SNR: "signal to noise of lines under --min-snr",
    VelocityFlag.FEW_LINES: "fewer lines than --min-lines",
    VelocityFlag.FAR: "beyond --max-velocity about the systemic",
    VelocityFlag.AT_BOUND: "at the bound of the search or of the fit",
    VelocityFlag.OUTLYING: "off the local median by --max-deviation",
    VelocityFlag.DISAGREEING: "correlation and fit disagree",
    VelocityFlag.GUESS: "the guess that a fit fell back to",
    VelocityFlag.PROFILE: "double-peaked, broad or skewed lines",
    VelocityFlag.BINNED: "measured on several spaxels together",
    VelocityFlag.UNCERTAIN: "error above --max-error",
}
