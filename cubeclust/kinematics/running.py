"""Percentiles along the wavelength in windows that run over it."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

_EVERY = 4  # windows that overlap at a channel


def running_percentile(values: Float[Tensor, "n n_wave"], percentile: float, window: int) -> Float[Tensor, "n n_wave"]:
    """Percentile (0 to 100) of values in `window` channels around each, NaN left out; NaN where all are.

    It is found in windows that begin a quarter of their length apart and interpolated linearly between their middles;
    the outermost values are held. The continuum of ALFA (Wesson 2016, section 2.2) is the 25th one of 101 channels.
    """
    n_wave = values.shape[1]
    window = min(window, n_wave)
    middles, found = [], []
    for start in _starts(n_wave, window, values.device).tolist():
        ordered = values[:, start : start + window].sort(dim=1).values  # NaN last
        count = ordered.isfinite().sum(dim=1)
        rank = (percentile / 100 * (count - 1).clamp(min=0)).round().long()
        found.append(ordered.gather(1, rank[:, None])[:, 0])
        middles.append(start + (window - 1) / 2)
    return _between(torch.stack(found, dim=1), torch.tensor(middles, device=values.device), n_wave)


def _starts(n_wave: int, window: int, device: torch.device) -> Int[Tensor, " n_windows"]:
    """First channel of each window: a quarter of a window apart, first and last at the ends."""
    number = max(1, round(_EVERY * (n_wave - window) / window)) + 1
    return torch.linspace(0, n_wave - window, number, device=device).round().long().unique()


def _between(
    knots: Float[Tensor, "n n_knots"], positions: Float[Tensor, " n_knots"], n_wave: int
) -> Float[Tensor, "n n_wave"]:
    """Knots (n, n_knots) at places (n_knots,) interpolated onto all channels; unknown ones take their neighbors."""
    knots = _filled(knots)
    if len(positions) == 1:
        return knots.expand(-1, n_wave).clone()
    channel = torch.arange(n_wave, device=knots.device, dtype=positions.dtype)
    right = torch.searchsorted(positions, channel).clamp(1, len(positions) - 1)
    share = ((channel - positions[right - 1]) / (positions[right] - positions[right - 1])).clamp(0, 1).to(knots.dtype)
    return knots[:, right - 1] * (1 - share) + knots[:, right] * share


def _filled(knots: Float[Tensor, "n n_knots"]) -> Float[Tensor, "n n_knots"]:
    """Knots with each NaN replaced by the last known one before it, else by the next."""
    for step in (range(1, knots.shape[1]), range(knots.shape[1] - 2, -1, -1)):
        for index in step:
            before = index - 1 if step.step > 0 else index + 1
            knots[:, index] = torch.where(knots[:, index].isnan(), knots[:, before], knots[:, index])
    return knots
