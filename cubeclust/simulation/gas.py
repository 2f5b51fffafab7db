"""Glowing gas: the ratios of its lines, and their profiles on the channels."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr

from cubeclust.simulation.dust import attenuation
from cubeclust.simulation.light import LightSource
from cubeclust.simulation.profile import lsf
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import EMISSION

_AIR = {line.name: line.air for line in EMISSION}
_WINGS = 7.0  # standard deviations from a line's center beyond which it is nothing
_RANGE = (4720.0, 9380.0)  # Angstrom, of MUSE, with lines' wings


def spectrum(
    o3: float, n2: float, s2: float, o1: float, *, decrement: float, density: float, helium: float, o2: float
) -> dict[str, float]:
    """Fluxes of lines beside H-alpha.

    o3, n2, s2, o1: logarithms of [OIII]5007/Hbeta, [NII]6583/Halpha, [SII]6716+6731/Halpha, [OI]6300/Halpha;
    decrement: Halpha/Hbeta; density: [SII]6716/6731; helium: HeII4686/Hbeta; o2: [OII]3726+3729/Hbeta. Doublets of one
    upper level have the ratios of Storey & Zeippen 2000, MNRAS 312, 813; Balmer lines those of Osterbrock & Ferland
    2006, table 4.4.
    """
    hbeta, sulfur = 1 / decrement, 10**s2
    oxygen, nitrogen, neutral, blue = hbeta * 10**o3, 10**n2, 10**o1, hbeta * o2
    return {
        "Hdelta": 0.259 * hbeta, "Hgamma": 0.468 * hbeta, "Hbeta": hbeta, "Halpha": 1.0,
        "[OII]3726": 0.43 * blue, "[OII]3729": 0.57 * blue, "[NeIII]3869": 0.08 * oxygen, "HeII4686": helium * hbeta,
        "[OIII]4959": oxygen / 2.98, "[OIII]5007": oxygen, "[NI]5200": 0.3 * neutral, "HeI5876": 0.12 * hbeta,
        "[OI]6300": neutral, "[OI]6364": neutral / 3.1, "[NII]6548": nitrogen / 3.05, "[NII]6583": nitrogen,
        "[SII]6716": sulfur * density / (1 + density), "[SII]6731": sulfur / (1 + density),
        "[ArIII]7136": 0.04 * (1 + oxygen), "[SIII]9069": 0.12,
    }  # fmt: skip


# Places in the diagrams of Baldwin, Phillips & Terlevich 1981. HII regions: the sequence of star formation from 0.4 to
# 2 solar metallicities (Kewley & Dopita 2002, ApJS 142, 35; Kauffmann et al. 2003); diffuse gas: low-ionization
# emission between them (Belfiore et al. 2022, A&A 659, A26); nucleus and cones of NGC 1068: Kraemer & Crenshaw 2000,
# ApJ 532, 256.
SPECTRA = {
    "HII 0.4 Z": spectrum(0.55, -1.15, -0.75, -1.8, decrement=2.86, density=1.40, helium=0.0, o2=3.0),
    "HII 0.7 Z": spectrum(0.15, -0.70, -0.62, -1.7, decrement=2.86, density=1.35, helium=0.0, o2=2.6),
    "HII Z": spectrum(-0.30, -0.45, -0.55, -1.8, decrement=2.86, density=1.30, helium=0.0, o2=1.6),
    "HII 2 Z": spectrum(-0.75, -0.35, -0.70, -2.0, decrement=2.86, density=1.25, helium=0.0, o2=0.7),
    "diffuse": spectrum(0.25, -0.05, -0.02, -0.8, decrement=2.86, density=1.42, helium=0.0, o2=3.0),
    "cone": spectrum(1.12, 0.02, -0.35, -1.0, decrement=3.0, density=1.15, helium=0.25, o2=2.5),
    "nucleus": spectrum(1.05, 0.20, -0.25, -0.7, decrement=3.1, density=0.90, helium=0.30, o2=1.8),
    "broad": {"Halpha": 1.0, "Hbeta": 0.29, "Hgamma": 0.12, "HeI5876": 0.04},
}  # fmt: skip


@dataclass(frozen=True)
class Gaslight(LightSource):
    """Light of gas in lines, whose brightness is the flux of H-alpha.

    lines: fluxes beside it, by name in EMISSION. component: what it moves with; kinds may share one.
    """

    lines: dict[str, float]
    component: str

    def flux(self, name: str) -> Float[np.ndarray, "ny nx"]:
        """Flux of a line behind the dust."""
        return self.lines.get(name, 0.0) * self.dimmed(_AIR[name])

    @property
    def visible(self) -> list[str]:
        """Names of the lines that lie within MUSE's range."""
        low, high = _RANGE
        return [name for name in self.lines if low < _AIR[name] * (1 + self.redshift) < high]

    def total(self) -> Float[np.ndarray, "ny nx"]:
        """Flux behind the dust of all visible lines."""
        return np.sum([self.flux(name) for name in self.visible], axis=0)

    @cached_property
    def _reach(self) -> dict[str, tuple[float, float]]:
        """Wavelengths, Angstrom, between which each line is anywhere."""
        low, high = self.stretch.min(), self.stretch.max()
        wings = _WINGS * self.at("sigma").max() / LIGHT_SPEED
        return {
            name: (rest * low * (1 - wings) - _WINGS * lsf(rest * low), rest * high * (1 + wings) + _WINGS * lsf(rest))
            for name, rest in ((name, _AIR[name]) for name in self.visible)
        }

    def density(self, edges: Float[np.ndarray, " n_edges"]) -> Float[np.ndarray, "n_edges-1 n"]:
        """Flux density (n_channels, n): Gaussians integrated over the channels."""
        out = np.zeros((len(edges) - 1, len(self.where[0])), np.float32)
        for name, (low, high) in self._reach.items():
            begin, end = int(np.searchsorted(edges, low)) - 1, int(np.searchsorted(edges, high)) + 1
            if begin < len(out) and end > 1:
                own = slice(max(begin, 0), min(end, len(out)))
                out[own] += self._line(edges[own.start : own.stop + 1], name)
        return out

    def _line(self, edges: Float[np.ndarray, " n_edges"], name: str) -> Float[np.ndarray, "n_edges-1 n"]:
        """Flux density (n_channels, n) of one line."""
        center = _AIR[name] * self.stretch
        scale = np.hypot(center * self.at("sigma") / LIGHT_SPEED, lsf(center))
        share = np.diff(ndtr((edges[:, None] - center) / scale), axis=0) / np.diff(edges)[:, None]
        dust = attenuation(_AIR[name], self.at("reddening"))
        return share * (self.lines[name] * self.at("brightness") * dust)
