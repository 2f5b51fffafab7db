"""The redshift of an object from its summed spectrum."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Integer
from scipy.ndimage import gaussian_filter1d, percentile_filter

from cubeclust.kinematics.continuum import WINDOW
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import ABSORPTION, EMISSION, Line, wavelengths

LOWEST, HIGHEST = -0.005, 1.5  # redshifts searched
SURE = 1.25  # times the score of the next best that a redshift should have
_LOUD = 4.0  # score that the best redshift of noise has in less than 1 of 100 spectra
_STEP = 5e-5  # in ln(1 + z): 15 km/s
_APART = 3000.0  # km/s between a redshift and its rivals
_NOISE_WINDOW = 301  # channels
_LEAST_NORM = 0.5  # of the lines in range, in squares of strengths: less than this is no template


@dataclass(frozen=True)
class Systemic:
    """Redshift z and its score; the best redshift apart from it, and that one's score."""

    z: float
    score: float
    rival: float
    rival_score: float

    @property
    def confidence(self) -> float:
        """Score over that of the rival, or over what noise reaches where that is more; sure from 1.25."""
        return self.score / max(self.rival_score, _LOUD / SURE)

    @property
    def sure(self) -> bool:
        """Whether neither noise nor another redshift explains the score."""
        return self.confidence >= SURE


def find_redshift(
    wavelength: Float[np.ndarray, " n_wave"],
    spectrum: Float[np.ndarray, " n_wave"],
    medium: str,
    low: float = LOWEST,
    high: float = HIGHEST,
) -> Systemic | None:
    """Redshift between low and high at which a spectrum agrees best with lines; None if none is in range.

    Residuals from a running median, in units of their own scatter, are compressed by a logarithm, so that a few huge
    lines do not outweigh the absence of others, and correlated with a template of emission lines and with one of
    absorption lines on a grid of ln(1 + z). The score is the sum of both in units of the templates' norms.
    """
    shifts = np.arange(np.log1p(low), np.log1p(high) + _STEP / 2, _STEP)
    shape, logarithm = compressed(spectrum), np.log(wavelength)
    emitted, strength = _correlation(logarithm, shape, EMISSION, medium, shifts)
    absorbed, depth = _correlation(logarithm, -shape, ABSORPTION, medium, shifts)
    score = np.where(strength + depth >= _LEAST_NORM, (emitted + absorbed) / np.sqrt(2), -np.inf)
    if not np.isfinite(score).any():
        return None
    best = int(score.argmax())
    apart = np.abs(shifts - shifts[best]) > _APART / LIGHT_SPEED
    rivals = np.where(apart, score, -np.inf)
    rival = int(rivals.argmax())
    second = float(rivals[rival]) if np.isfinite(rivals[rival]) else 0.0
    return Systemic(float(np.expm1(shifts[best])), float(score[best]), float(np.expm1(shifts[rival])), second)


def compressed(spectrum: Float[np.ndarray, " n_wave"]) -> Float[np.ndarray, " n_wave"]:
    """Sign and logarithm of the residuals from a running median in units of their local scatter."""
    filled = np.interp(np.arange(len(spectrum)), *_known(spectrum))
    residual = gaussian_filter1d(filled - percentile_filter(filled, 50, WINDOW, mode="nearest"), 1.0)
    scatter = percentile_filter(np.abs(residual), 50, _NOISE_WINDOW, mode="nearest")
    ratio = residual / np.maximum(scatter, 1e-3 * np.median(scatter) + 1e-300)
    return np.sign(ratio) * np.log1p(np.abs(ratio) / 1.4826)


def _known(
    spectrum: Float[np.ndarray, " n_wave"],
) -> tuple[Integer[np.ndarray, " n_known"], Float[np.ndarray, " n_known"]]:
    places = np.flatnonzero(np.isfinite(spectrum))
    return places, spectrum[places]


def _correlation(
    logarithm: Float[np.ndarray, " n_wave"],
    shape: Float[np.ndarray, " n_wave"],
    lines: tuple[Line, ...],
    medium: str,
    shifts: Float[np.ndarray, " n_shifts"],
) -> tuple[Float[np.ndarray, " n_shifts"], Float[np.ndarray, " n_shifts"]]:
    """Correlation (n_shifts,) with the lines that are in range, and the sum of their squared weights."""
    total, norm = np.zeros(len(shifts)), np.zeros(len(shifts))
    for line, rest in zip(lines, np.log(wavelengths(lines, medium)), strict=True):
        value = np.interp(rest + shifts, logarithm, shape, left=np.nan, right=np.nan)
        inside = np.isfinite(value)
        total += np.where(inside, np.sqrt(line.strength) * value, 0)
        norm += np.where(inside, line.strength, 0)
    return total / np.sqrt(np.maximum(norm, _LEAST_NORM)), norm
