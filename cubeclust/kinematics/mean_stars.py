"""The mean stellar spectrum as a template of velocities, once it is verified against known lines."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.ndimage import uniform_filter1d

from cubeclust.kinematics.continuum import WINDOW
from cubeclust.kinematics.stars import StarsMoved
from cubeclust.kinematics.template import Template, apart_from_gas

_LEAST_SPREAD = 15.0  # km/s of the velocities, without which nothing is proven
_SURE = 5.0  # standard deviations of that spread
_PROPORTION = (0.85, 1.15)  # of the velocities by the mean spectrum to those by lines


@dataclass(frozen=True)
class MeanStars:
    """All features of the mean spectrum, whose lines are at rest, but those near emission lines."""

    template: Template

    @classmethod
    def of(cls, template: Template, medium: str) -> "MeanStars":
        """From the mean spectrum, with rest wavelengths in a medium."""
        return cls(replace(template, feature=template.feature * apart_from_gas(template.logarithm, medium)))

    def at(
        self, wavelength: Float[np.ndarray, " n_wave"], velocity: Float[np.ndarray, " n"], z: float
    ) -> Float[np.ndarray, "n n_wave"]:
        """Features of sources at velocity (km/s) about redshift z, centered as residuals are."""
        shape = self.template.at(wavelength, velocity, z)
        return shape - uniform_filter1d(shape, WINDOW, axis=1, mode="nearest")


def proven(mean: StarsMoved, lines: StarsMoved, gain: float) -> float | None:
    """Velocity (km/s) by the mean spectrum where that by lines is 0; None where the mean spectrum does not follow them.

    A pattern that all spectra of a cube share at the same wavelengths, such as residuals of the night sky, is part of
    their mean, too, and pulls its velocities to 0. The mean spectrum is trusted where its velocities are proportional
    to those by lines of known wavelength, over a spread that errors cannot make. Spectra with less than
    `gain` of chi2 do not count.
    """
    seen = ((mean.gain > gain) & (lines.gain > gain) & torch.isfinite(lines.error)).cpu().numpy()
    if np.count_nonzero(seen) < 3:
        return None
    by_mean, by_lines, error, own_error = (
        values.double().cpu().numpy()[seen] for values in (mean.velocity, lines.velocity, lines.error, mean.error)
    )
    weight = 1 / error**2
    weight /= weight.sum()
    zero = float(weight @ (by_mean - by_lines))
    off_lines, off_mean = by_lines - weight @ by_lines, by_mean - weight @ by_mean
    noise = float(weight @ error**2)
    spread2 = float(weight @ off_lines**2) - noise
    doubt = np.sqrt(2 * float(weight @ weight)) * noise
    if spread2 < max(_LEAST_SPREAD**2, _SURE * doubt):
        return None
    shared = float(weight @ np.minimum(own_error, error) ** 2)  # noise that both have
    low, high = _PROPORTION
    return zero if low < (float(weight @ (off_lines * off_mean)) - shared) / spread2 < high else None
