"""Choice between the velocities of gas and of stars, and flags of those that mislead."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int16, Int32, Integer, UInt8

from cubeclust.kinematics.correlation import STEP
from cubeclust.kinematics.line_fit import BROADEST
from cubeclust.kinematics.measure import Measured
from cubeclust.velocities.flags import Tracer, VelocityFlag

_MOMENT = 0.03  # h3 or h4 from which lines are no Gaussians, if they are as many errors as the next number
_SURE = 5.0
_APART = 20.0  # km/s: scatter of the lines' own velocities above which one velocity does not describe them
_STARS_ERROR = 3.0  # km/s: systematic error by blends of lines and of populations
_NEIGHBORS = 6  # spaxels of 24 that a local median needs
_SCATTER = 1.4826  # standard deviation of a Gaussian in median absolute deviations


@dataclass(frozen=True)
class Limits:
    """Limits beyond which a velocity is flagged; velocities in km/s.

    min_snr and min_lines: of the lines; max_error; max_velocity: about the systemic, None for no limit;
    max_sigma: width of lines that are not broad; max_deviation: from the local median in units of the scatter there.
    """

    min_snr: float
    min_lines: int
    max_error: float
    max_velocity: float | None
    max_sigma: float
    max_deviation: float


@dataclass(frozen=True)
class Judged:
    """Velocity, error, line width (km/s), signal to noise, detected lines, flags and tracer, each (n,)."""

    velocity: Float[np.ndarray, " n"]
    error: Float[np.ndarray, " n"]
    sigma: Float[np.ndarray, " n"]
    snr: Float[np.ndarray, " n"]
    n_lines: Int16[np.ndarray, " n"]
    flag: Int32[np.ndarray, " n"]
    tracer: UInt8[np.ndarray, " n"]


def judged(measured: Measured, limits: Limits, search: float) -> Judged:
    """The velocity of the gas where its lines pass, else that of the stars where those pass, else the surer one."""
    gas, stars = _gas(measured, limits, search), _stars(measured, limits, search)
    surer = np.where(np.nan_to_num(stars.error, nan=np.inf) < np.nan_to_num(gas.error, nan=np.inf), 1, 0)
    choice = np.where(~faint(gas.flag), 0, np.where(~faint(stars.flag), 1, surer)).astype(bool)
    return Judged(*(np.where(choice, getattr(stars, name), getattr(gas, name)) for name in Judged.__dataclass_fields__))


# What a longer exposure, or a larger area, would cure.
_POOR = int(VelocityFlag.NO_VELOCITY | VelocityFlag.LOW_SNR | VelocityFlag.FEW_LINES | VelocityFlag.UNCERTAIN)


def faint(flag: Integer[np.ndarray, "*shape"]) -> Bool[np.ndarray, "*shape"]:
    """Where flags (n,) mean that there is too little light."""
    return flag & _POOR != 0


def _gas(measured: Measured, limits: Limits, search: float) -> Judged:
    moments = [
        (np.abs(value) > _MOMENT) & (sure > _SURE)
        for value, sure in ((measured.h3, measured.h3_snr), (measured.h4, measured.h4_snr))
    ]
    off = np.abs(measured.gas - measured.correlated)
    broad = (measured.sigma > limits.max_sigma) | (measured.disagreement > _APART)
    ambiguous = ~(measured.gas_error <= limits.max_error)  # what noise does not explain is the profile
    rules = {
        VelocityFlag.LOW_SNR: measured.gas_snr < limits.min_snr,
        VelocityFlag.FEW_LINES: measured.n_lines < limits.min_lines,
        VelocityFlag.UNCERTAIN: ~(measured.gas_noise <= limits.max_error),
        VelocityFlag.AT_BOUND: (np.abs(measured.gas) > search - STEP) | (measured.sigma > 0.99 * BROADEST),
        VelocityFlag.DISAGREEING: off > _SURE * measured.gas_error + measured.sigma / 2,
        VelocityFlag.PROFILE: moments[0] | moments[1] | broad | ambiguous,
    }
    known = np.isfinite(measured.gas) & np.isfinite(measured.gas_error)
    return Judged(
        velocity=np.where(known, measured.gas, np.nan),
        error=np.where(known, measured.gas_error, np.nan),
        sigma=np.where(known, measured.sigma, np.nan),
        snr=measured.gas_snr,
        n_lines=measured.n_lines.astype(np.int16),
        flag=_flags(rules, known),
        tracer=np.where(known, Tracer.GAS, Tracer.NOTHING).astype(np.uint8),
    )


def _stars(measured: Measured, limits: Limits, search: float) -> Judged:
    error = np.hypot(measured.stars_error, _STARS_ERROR)
    rules = {
        VelocityFlag.LOW_SNR: measured.stars_snr < limits.min_snr,
        VelocityFlag.UNCERTAIN: ~(error <= limits.max_error),
        VelocityFlag.AT_BOUND: np.abs(measured.stars) > search - STEP,
    }
    known = np.isfinite(measured.stars) & np.isfinite(error)
    return Judged(
        velocity=np.where(known, measured.stars, np.nan),
        error=np.where(known, error, np.nan),
        sigma=np.full(len(error), np.nan),
        snr=measured.stars_snr,
        n_lines=measured.n_lines.astype(np.int16),
        flag=_flags(rules, known),
        tracer=np.where(known, Tracer.STARS, Tracer.NOTHING).astype(np.uint8),
    )


def _flags(rules: dict[VelocityFlag, np.ndarray], known: Bool[np.ndarray, "*shape"]) -> Int32[np.ndarray, "*shape"]:
    """Bits int32 of the rules that are broken; NO_VELOCITY alone where nothing is known."""
    flag = np.zeros(known.shape, np.int32)
    for bit, broken in rules.items():
        flag |= np.where(broken, bit, 0).astype(np.int32)
    return np.where(known, flag, VelocityFlag.NO_VELOCITY).astype(np.int32)


def poor(
    snr: Float[np.ndarray, "*shape"],
    n_lines: Integer[np.ndarray, "*shape"],
    error: Float[np.ndarray, "*shape"],
    sigma: Float[np.ndarray, "*shape"],
    limits: Limits,
) -> Int32[np.ndarray, "*shape"]:
    """VelocityFlag bits of imported velocities, shaped like snr. A NaN quantity was not provided and is not judged.

    Lines are counted only where their signal to noise is known.
    """
    rules = {
        VelocityFlag.LOW_SNR: snr < limits.min_snr,
        VelocityFlag.FEW_LINES: np.isfinite(snr) & (n_lines < limits.min_lines),
        VelocityFlag.UNCERTAIN: error > limits.max_error,
        VelocityFlag.PROFILE: sigma > limits.max_sigma,
    }
    return _flags(rules, np.ones(snr.shape, bool))


def far(velocity: Float[np.ndarray, "*shape"], limits: Limits) -> Bool[np.ndarray, "*shape"]:
    """Where velocities about the systemic lie beyond the limit."""
    return np.zeros(velocity.shape, bool) if limits.max_velocity is None else np.abs(velocity) > limits.max_velocity


def outlying(
    velocity: Float[np.ndarray, "ny nx"],
    error: Float[np.ndarray, "ny nx"],
    alike: Bool[np.ndarray, "ny nx"],
    most: float,
) -> Bool[np.ndarray, "ny nx"]:
    """Where a velocity lies `most` times the local scatter off the median of its 24 neighbors.

    Neighbors are those that are `alike`; the scatter is 1.4826 times their median absolute deviation,
    with the error of the velocity itself in quadrature. With fewer than 6 of them the result is False.
    """
    around = _neighbors(np.where(alike, velocity, np.nan))
    counts = np.isfinite(around).sum(axis=0)
    with np.errstate(all="ignore"):
        ordered = np.where(counts > 0, _median(around), np.nan)
        scatter = _SCATTER * _median(np.abs(around - ordered))
        return (counts >= _NEIGHBORS) & (np.abs(velocity - ordered) > most * np.hypot(scatter, error))


def _neighbors(image: Float[np.ndarray, "ny nx"]) -> Float[np.ndarray, "24 ny nx"]:
    """The 24 neighbors of each spaxel, NaN outside."""
    ny, nx = image.shape
    padded = np.pad(image, 2, constant_values=np.nan)
    steps = [(y, x) for y in range(5) for x in range(5) if (y, x) != (2, 2)]
    return np.stack([padded[y : y + ny, x : x + nx] for y, x in steps])


def _median(values: Float[np.ndarray, "m ny nx"]) -> Float[np.ndarray, "ny nx"]:
    """Median along the first axis, NaN left out."""
    ordered = np.sort(values, axis=0)  # NaN last
    count = np.isfinite(ordered).sum(axis=0)
    low, high = ((count - 1) // 2).clip(0), (count // 2).clip(0, len(values) - 1)
    pair = [np.take_along_axis(ordered, rank[None], axis=0)[0] for rank in (low, high)]
    return np.where(count > 0, (pair[0] + pair[1]) / 2, np.nan)
