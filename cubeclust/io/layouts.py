"""Which HDU of a cube plays which role."""

from dataclasses import dataclass
from typing import Literal

VarianceKind = Literal["variance", "std", "ivar"]
VARIANCE_KINDS: tuple[VarianceKind, ...] = ("variance", "std", "ivar")


@dataclass(frozen=True)
class Layout:
    """Names of the HDUs of one family of cubes.

    flux, variance and quality name 3-D images, quality being 0 where a sample is good; mask names a 2-D
    image that is 0 where a spaxel is good. An empty name means that the family has none.
    """

    name: str
    flux: str
    variance: str = ""
    quality: str = "DQ"
    mask: str = "MASK"


LAYOUTS = (
    Layout("MUSE", flux="DATA", variance="STAT"),
    Layout("SCI/ERR", flux="SCI", variance="ERR"),
    Layout("SCI/VAR", flux="SCI", variance="VAR"),
)
# What an HDU of this name holds; such an HDU is never taken for the flux.
UNCERTAINTIES: dict[str, VarianceKind] = {
    "STAT": "variance", "VAR": "variance", "VARIANCE": "variance", "ERR": "std", "ERROR": "std", "STD": "std",
    "SIGMA": "std", "UNCERT": "std", "IVAR": "ivar",
}  # fmt: skip
_FLAGS = ("DQ", "MASK", "QUALITY", "WMAP", "EXPOSURE")


def match(cubes: list[str]) -> Layout | None:
    """Layout of a file whose 3-D images have these names, None if none of them can be a flux.

    A family of the table if all its cubes are there; otherwise the first image whose name is not that of an
    uncertainty or a flag, with the first uncertainty.
    """
    for layout in LAYOUTS:
        if layout.flux in cubes and layout.variance in cubes:
            return layout
    fluxes = [name for name in cubes if name not in UNCERTAINTIES and name not in _FLAGS]
    if not fluxes:
        return None
    preferred = [layout.flux for layout in LAYOUTS if layout.flux in fluxes]
    variance = next((name for name in cubes if name in UNCERTAINTIES), "")
    return Layout("other", flux=(preferred or fluxes)[0], variance=variance)
