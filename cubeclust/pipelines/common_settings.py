"""Settings that several commands have under one name and with one meaning, each declared once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cubeclust.settings import Crop, Panel, as_in, setting


@dataclass(frozen=True)
class CommonSettings:
    """Declarations that records of settings refer to: `hdu: str | None = common("hdu")`."""

    output: Path = setting(
        Path("."), "Directory of the products.", panel=Panel.OUTPUT, short="-o", metavar="DIR", shown="here"
    )
    crop: Crop = setting((0, 0, 0, 0), "Spaxels to cut off each border.", panel=Panel.AREA, shown="0", minimum=0)
    mask: Path | None = setting(
        None, "FITS image on the frame of the cube, 0 = good: the other spaxels are left out.", panel=Panel.AREA
    )
    seed: int = setting(0, "Seed of the random numbers.", panel=Panel.COMPUTATION, minimum=0, maximum=2**32 - 1)
    overwrite: bool = setting(False, "Replace files that exist.", panel=Panel.OUTPUT)


common: Callable[..., Any] = partial(as_in, CommonSettings)
