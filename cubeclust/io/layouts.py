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
    variance_kind: VarianceKind = "variance"
    quality: str = ""
    mask: str = ""


LAYOUTS = (
    Layout("MUSE", flux="DATA", variance="STAT", variance_kind="variance", quality="DQ"),
    Layout("SCI/ERR", flux="SCI", variance="ERR", variance_kind="std", quality="DQ", mask="MASK"),
)


def match(cubes: list[str]) -> Layout:
    """Layout of a file whose 3-D images have these names: the first whose flux is there, else the first cube."""
    return next((layout for layout in LAYOUTS if layout.flux in cubes), Layout("single image", flux=cubes[0]))
