"""Cross-correlation with a template of emission lines whose strengths are free."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from cubeclust.kinematics.line_windows import LinesInRange
from cubeclust.kinematics.peaks import peak
from cubeclust.kinematics.profiles import Moving, profiles
from cubeclust.spectroscopy.doppler import LIGHT_SPEED

STEP = 20.0  # km/s between trials
_WIDTHS = (50.0, 150.0)  # km/s, of the lines of the templates
_MARGIN = 3.0  # widths of the template beyond the outermost trial


@dataclass(frozen=True)
class Correlated:
    """Best velocity (n,) km/s of each spectrum, gain (n,) of chi2 that the lines bring there, width (n,) km/s."""

    velocity: Float[Tensor, " n"]
    gain: Float[Tensor, " n"]
    sigma: Float[Tensor, " n"]


def correlate(
    residual: Float[Tensor, "n n_wave"],
    weight: Float[Tensor, "n n_wave"],
    edges: Float[np.ndarray, " n_wave+1"],
    lines: LinesInRange,
    lsf: Float[np.ndarray, " n_lines"],
    *,
    z: float,
    search: float,
) -> Correlated:
    """Correlate residual, flux less continuum, with lines at every 20 km/s up to `search` about redshift z.

    weight is the inverse variance, 0 where unknown. The gain at a velocity is the sum over lines of
    (sum of w r g)^2 / (sum of w g^2), g being the line's profile, over those of positive flux: what the best positive
    strengths take off chi2. edges and lsf are in Angstrom.
    """
    trials = torch.arange(-search, search + STEP / 2, STEP, dtype=torch.float64)
    found = []
    for sigma in _WIDTHS:
        gain = torch.zeros(len(residual), len(trials), dtype=residual.dtype, device=residual.device)
        for index in range(len(lines)):
            channels, template = _template(trials, edges, float(lines.rest[index]), float(lsf[index]), (sigma, z))
            template = template.to(residual)
            part, own = residual[:, channels], weight[:, channels]
            matched, norm = (part * own) @ template.T, own @ (template**2).T
            gain += torch.where(norm > 0, matched.clamp(min=0) ** 2 / norm.clamp(min=1e-30), 0)
        found.append(peak(gain, trials.to(residual)))
    narrow, wide = found
    better = wide.height > narrow.height
    return Correlated(
        torch.where(better, wide.position, narrow.position),
        torch.where(better, wide.height, narrow.height),
        torch.where(better, _WIDTHS[1], _WIDTHS[0]),
    )


def _template(
    trials: Float64[Tensor, " n_trials"],
    edges: Float[np.ndarray, " n_edges"],
    rest: float,
    lsf: float,
    width: tuple[float, float],
) -> tuple[slice, Float64[Tensor, "n_trials n_channels"]]:
    """Channels that a line can reach, and its profile (n_trials, n_channels) at each trial; width is (km/s, z)."""
    sigma, z = width
    center = rest * (1 + z)
    reach = center * float(trials[-1]) / LIGHT_SPEED + _MARGIN * np.hypot(center * sigma / LIGHT_SPEED, lsf)
    first, stop = np.searchsorted(edges, (center - reach, center + reach))
    channels = slice(max(int(first) - 1, 0), min(int(stop), len(edges) - 1))
    low, high = (torch.tensor(edges[channels.start + side : channels.stop + side])[None] for side in (0, 1))
    line = torch.tensor([rest], dtype=torch.float64), torch.tensor([lsf], dtype=torch.float64)
    shape = profiles(Moving(trials, torch.full_like(trials, sigma), *line, z), low, high)
    return channels, shape.density[..., 0]
