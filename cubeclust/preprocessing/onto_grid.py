"""Spectra brought onto the channels of a fitted model."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Integer

from cubeclust.errors import InputError
from cubeclust.preprocessing.resampling import resampled
from cubeclust.spectra import Spectra
from cubeclust.spectroscopy.channels import Channels, overlapped

_SAME = 0.01  # share of a channel by which center and edges of the same channel may differ


@dataclass(frozen=True)
class OntoGrid:
    """Take the channels of `grid` where the cube has them, else resample onto them; flux density x width is kept.

    grid       channels of the model
    observed   (n_wave,) Angstrom: all channels of the cube
    z          (NY, NX) redshifts where the grid is at rest, None where it is not
    """

    grid: Channels
    observed: Float[np.ndarray, " n_wave"]
    z: Float[np.ndarray, "ny nx"] | None = None

    def __str__(self) -> str:
        how = "taken" if self._indices() is not None else "resampled"
        first, last = self.grid.wavelength[0], self.grid.wavelength[-1]
        return f"{how} on the model's {len(self.grid)} channels of {first:.2f}:{last:.2f} Angstrom"

    def require_met(self, entering: Bool[np.ndarray, "ny nx"], *, resample: bool) -> None:
        """Raise InputError where the cube lacks a part of the grid, or has other channels and may not be resampled."""
        own, reach = Channels.of(self.observed), self._reach(entering)
        if not (own.low[0] <= reach.low[0] + self._slack() and reach.high[-1] <= own.high[-1] + self._slack()):
            raise InputError(
                f"the model needs {reach.low[0]:.1f}:{reach.high[-1]:.1f} Angstrom and the cube covers "
                f"{own.low[0]:.1f}:{own.high[-1]:.1f}; fit a model on a --window that both have."
            )
        if self._indices() is None and self.z is None and not resample:
            raise InputError(
                "the cube has other wavelengths than the model was fitted on; give --resample to bring its spectra "
                "onto those."
            )

    def sources(self, entering: Bool[np.ndarray, "ny nx"]) -> Bool[np.ndarray, " n_wave"]:
        """Channels of the cube that are needed for the spaxels entering."""
        indices = self._indices()
        if indices is None:
            return overlapped(Channels.of(self.observed), self._reach(entering))
        return np.isin(np.arange(len(self.observed)), indices)

    def apply(self, spectra: Spectra) -> Spectra:
        """Return spectra on the grid."""
        if self._indices() is not None:
            return replace(spectra, wavelength=self.grid.wavelength)
        own = Channels.of(self.observed).only(np.isin(self.observed, spectra.wavelength))
        stretch = np.ones(len(spectra)) if self.z is None else 1 + self.z[spectra.y, spectra.x]
        flux, variance = resampled(spectra, own, self.grid, stretch=stretch, density=stretch)
        return replace(spectra, flux=flux, variance=variance, wavelength=self.grid.wavelength, rest=self.z is not None)

    def _indices(self) -> Integer[np.ndarray, " n_grid"] | None:
        """Channel of the cube behind each of the grid, None where one is missing or the spectra have redshifts."""
        if self.z is not None:
            return None
        own = Channels.of(self.observed)
        indices = np.searchsorted(own.high, self.grid.wavelength).clip(0, len(own) - 1)
        near, width = own.only(indices), self.grid.high - self.grid.low
        apart = [
            np.abs(mine - theirs) / width
            for mine, theirs in (
                (near.wavelength, self.grid.wavelength),
                (near.low, self.grid.low),
                (near.high, self.grid.high),
            )
        ]
        return indices if np.max(apart) <= _SAME else None

    def _slack(self) -> float:
        """Angstrom of the grid that the cube may lack: what may be unknown of a channel anyway."""
        return 1e-3 * float((self.grid.high - self.grid.low).min())

    def _reach(self, entering: Bool[np.ndarray, "ny nx"]) -> Channels:
        """What the spaxels entering see of each channel: from the least lower to the largest upper edge."""
        if self.z is None:
            return self.grid
        z = self.z[entering]
        return replace(self.grid, low=self.grid.low * (1 + z.min()), high=self.grid.high * (1 + z.max()))
