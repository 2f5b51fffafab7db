"""Settings that several commands have under one name and with one meaning, each declared once."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

from cubeclust.errors import InputError
from cubeclust.io.cubes.layouts import VarianceKind
from cubeclust.settings import Bytes, Crop, Declaration, Panel, as_in, setting
from cubeclust.spectroscopy.doppler import UNITS

Cube = Annotated[Path, Declaration("FITS file of the cube.", panel=Panel.INPUT, argument=True)]


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
    velocity_unit: str | None = setting(
        None, "Unit of --velocity-map, if its BUNIT is missing or wrong.", panel=Panel.REST_FRAME, choices=tuple(UNITS)
    )
    velocity_hdu: str | None = setting(
        None, "HDU of --velocity-map, if the file holds several images.", panel=Panel.REST_FRAME
    )
    velocity_zero: float | None = setting(
        None,
        "Systemic velocity c z, km/s, that --velocity-map is relative to, if its header does not state it.",
        panel=Panel.REST_FRAME,
    )
    hdu: str | None = setting(None, "HDU of the flux.", panel=Panel.INPUT, shown="by the layout of the file")
    variance_hdu: str | None = setting(
        None, 'HDU of the uncertainty; "none" ignores it.', panel=Panel.INPUT, shown="by the layout of the file"
    )
    variance_kind: VarianceKind | None = setting(
        None, "Kind of uncertainty in that HDU, if its name is misleading.", panel=Panel.INPUT
    )
    mask_hdu: str | None = setting(
        None,
        'HDU of the mask (2-D) or of the quality flags (3-D), 0 = good; "none" ignores both.',
        panel=Panel.INPUT,
        shown="by the layout of the file",
    )
    wavelength_unit: str | None = setting(
        None, "Unit of the wavelength axis, if the header states none or a wrong one.", panel=Panel.INPUT
    )
    seed: int = setting(0, "Seed of the random numbers.", panel=Panel.COMPUTATION, minimum=0, maximum=2**32 - 1)
    device: str = setting(
        "auto",
        "Where to compute; auto takes a GPU if there is one.",
        panel=Panel.COMPUTATION,
        choices=("auto", "cpu", "cuda"),
    )
    memory: Bytes | None = setting(
        None,
        "Memory that may be used, such as 4GB.",
        panel=Panel.COMPUTATION,
        shown="all that is free",
        minimum=0,
    )
    overwrite: bool = setting(False, "Replace files that exist.", panel=Panel.OUTPUT)


common = partial(as_in, CommonSettings)


def require_velocity_map(path: Path | None, *description: object) -> None:
    """Raise InputError if unit, HDU or zero of a velocity map are given, but not the map."""
    if path is None and any(value is not None for value in description):
        raise InputError(
            "--velocity-unit, --velocity-hdu and --velocity-zero describe a --velocity-map; give one or leave them out."
        )
