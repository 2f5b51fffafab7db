"""Which channels enter: those of wavelength windows, or of a fitted model."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from cubeclust.errors import InputError
from cubeclust.spectra import Spectra
from cubeclust.spectroscopy.windows import Window


@dataclass(frozen=True)
class SelectWindows:
    """Keep the channels inside any window (all if there is none) and outside every excluded one."""

    windows: tuple[Window, ...] = ()
    excluded: tuple[Window, ...] = ()

    def channels(self, wavelength: Float[np.ndarray, " n_wave"]) -> Bool[np.ndarray, " n_wave"]:
        """Which channels stay; InputError if a window has none or nothing is left."""
        span = f"the spectra cover {wavelength[0]:.1f}:{wavelength[-1]:.1f} Angstrom"
        chosen = np.full(len(wavelength), not self.windows)
        for window in self.windows:
            inside = window.channels(wavelength)
            if not inside.any():
                raise InputError(f"--window {window} holds no channel: {span}; choose another.")
            chosen |= inside
        chosen &= ~self.excludes(wavelength)
        if not chosen.any():
            raise InputError(f"--window and --exclude together leave no channel: {span}; widen one.")
        return chosen

    def excludes(self, wavelength: Float[np.ndarray, " n_wave"]) -> Bool[np.ndarray, " n_wave"]:
        """Which channels lie in an excluded window."""
        inside = np.zeros(len(wavelength), bool)
        for window in self.excluded:
            inside |= window.channels(wavelength)
        return inside

    def apply(self, spectra: Spectra) -> Spectra:
        """Drop the other channels."""
        return spectra.channels(self.channels(spectra.wavelength))


@dataclass(frozen=True)
class SelectChannels:
    """Keep exactly the channels of these wavelengths (n,), Angstrom."""

    wavelength: Float[np.ndarray, " n_chosen"]

    def apply(self, spectra: Spectra) -> Spectra:
        """Drop the other channels."""
        return spectra.channels(np.isin(spectra.wavelength, self.wavelength))
