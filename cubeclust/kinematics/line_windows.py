"""Lines of a cube, gathered into windows that share a baseline."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import Line, wavelengths

_HALF = 1000.0  # km/s on either side of a line


@dataclass(frozen=True)
class LineWindow:
    """Lines that lie so close that they are fitted together: places in the list of lines, and their channels.

    n_channels is the length of the stretch of channels that is fitted, which moves along with the velocity.
    """

    lines: tuple[int, ...]
    n_channels: int


@dataclass(frozen=True)
class LinesInRange:
    """Lines that a cube shows near a redshift.

    names, rest      of each line; rest (n_lines,) Angstrom in the cube's medium
    windows          every line is in one of them
    """

    names: tuple[str, ...]
    rest: Float[np.ndarray, " n_lines"]
    windows: tuple[LineWindow, ...]

    @classmethod
    def of(
        cls, lines: tuple[Line, ...], medium: str, wavelength: Float[np.ndarray, " n_wave"], z: float, search: float
    ) -> "LinesInRange":
        """Those lines whose surroundings lie within wavelength at redshift z, up to `search` km/s off."""
        rest = wavelengths(lines, medium)
        reach = (search + _HALF / 2) / LIGHT_SPEED
        inside = (rest * (1 + z) * (1 - reach) > wavelength[0]) & (rest * (1 + z) * (1 + reach) < wavelength[-1])
        chosen = np.flatnonzero(inside)
        chosen = chosen[np.argsort(rest[chosen])]
        own = rest[chosen]
        return cls(tuple(lines[index].name for index in chosen), own, _windows(own * (1 + z), wavelength))

    def __len__(self) -> int:
        return len(self.names)


def _windows(
    centers: Float[np.ndarray, " n_lines"], wavelength: Float[np.ndarray, " n_wave"]
) -> tuple[LineWindow, ...]:
    """Windows of lines at ascending centers; those of neighbors that overlap are one."""
    if not len(centers):
        return ()
    half = centers * _HALF / LIGHT_SPEED
    apart = np.flatnonzero(centers[1:] - half[1:] > centers[:-1] + half[:-1]) + 1
    windows = []
    for indices in np.split(np.arange(len(centers)), apart):
        low, high = centers[indices[0]] - half[indices[0]], centers[indices[-1]] + half[indices[-1]]
        n_channels = int(np.diff(np.searchsorted(wavelength, (low, high)))[0])
        windows.append(LineWindow(tuple(map(int, indices)), max(n_channels, len(indices) + 6)))
    return tuple(windows)
