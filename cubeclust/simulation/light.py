"""Light of one kind: where it shines, how it moves, what spectrum it has."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Real

from cubeclust.simulation.dust import attenuation
from cubeclust.spectroscopy.doppler import stretch


@dataclass(frozen=True)
class LightSource(ABC):
    """Light of one kind, before the seeing; maps are (NY, NX).

    brightness: flux density at the reference wavelength (stars) or flux of H-alpha (gas), before the dust; it shines
    where that is positive. velocity and sigma in km/s, the velocity v about the redshift z of the source:
    wavelengths are stretched by (1 + z)(1 + v / c). reddening: E(B - V).
    """

    kind: str
    brightness: Real[np.ndarray, "ny nx"]
    velocity: Real[np.ndarray, "ny nx"]
    sigma: Real[np.ndarray, "ny nx"]
    reddening: Real[np.ndarray, "ny nx"]
    redshift: float

    @cached_property
    def where(self) -> tuple[np.ndarray, ...]:
        """Indices, y (n,) and x (n,), of the spaxels that shine."""
        return np.nonzero(self.brightness)

    def at(self, name: str) -> Real[np.ndarray, " n"]:
        """Values of one of the maps on the spaxels that shine."""
        return getattr(self, name)[self.where]

    @cached_property
    def stretch(self) -> Float[np.ndarray, " n"]:
        """Observed over rest wavelength."""
        return stretch(self.at("velocity"), self.redshift)

    def dimmed(self, wavelength: float) -> Float[np.ndarray, "ny nx"]:
        """Brightness behind the dust at a rest wavelength."""
        return self.brightness * attenuation(wavelength, self.reddening)

    @abstractmethod
    def density(self, edges: Float[np.ndarray, " n_edges"]) -> Float[np.ndarray, "n_edges-1 n"]:
        """Flux density (n_channels, n) between the edges of channels, Angstrom, on the spaxels that shine."""
