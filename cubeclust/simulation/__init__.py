"""Skies with a known answer: one visible table from a name to a maker, imported when it is asked for."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeclust.simulation.sky import Sky


@dataclass(frozen=True)
class Recipe:
    """An entry of SKIES: what it is in a line, where its maker lies, and its redshift, None where it has several."""

    summary: str
    module: str
    redshift: float | None

    def make(self, size: int, seed: int, redshift: float) -> "Sky":
        """Sky of size x size spaxels; redshift of the source where it has one."""
        return import_module(f"cubeclust.simulation.{self.module}").make(size, seed, redshift)


SKIES: dict[str, Recipe] = {
    "ngc1068": Recipe("a galaxy like NGC 1068: nucleus, cones, jet, star-forming ring, disk", "galaxy", 0.003793),
    "blobs": Recipe("five blobs of gas, each at one velocity, on old stars; white noise, no defects", "blobs", 0.01),
    "hudf": Recipe("many small galaxies of three types, each at a redshift from 0.1 to 1.5", "deep_field", None),
}
