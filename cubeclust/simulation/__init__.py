"""Skies with a known answer: one visible table from a name to a maker, imported when it is asked for."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeclust.simulation.sky import Sky


@dataclass(frozen=True)
class Recipe:
    """An entry of SKIES: what it is in a line, where its maker lies, whether its redshift is one that can be chosen."""

    summary: str
    module: str
    redshift: float | None

    def make(self, size: int, seed: int, redshift: float) -> "Sky":
        """Sky of size x size spaxels; redshift of the source where it has one."""
        return import_module(f"cubeclust.simulation.{self.module}").make(size, seed, redshift)


SKIES: dict[str, Recipe] = {
    "ngc1068": Recipe(
        "a galaxy like NGC 1068: stars, active nucleus, cones, jet, star-forming ring",
        "galaxy",
        0.003793,  # NED
    ),
}
