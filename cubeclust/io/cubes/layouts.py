"""Which HDU of a cube plays which role."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:  # the command line takes its choices from here, and help must come at once
    from astropy.io import fits

VarianceKind = Literal["variance", "std", "ivar"]
VARIANCE_KINDS: tuple[VarianceKind, ...] = get_args(VarianceKind)


@dataclass(frozen=True)
class Contents:
    """What a layout is known by: names of the 3-D images, of the 2-D images, cards of the primary header."""

    cubes: list[str]
    images: list[str]
    primary: "fits.Header"

    def instrument(self) -> str:
        """INSTRUME in capitals, "" where the card is missing."""
        return str(self.primary.get("INSTRUME", "")).strip().upper()


@dataclass(frozen=True)
class Layout:
    """Names of the HDUs of one family of cubes.

    flux, variance and quality name 3-D images. A sample is rejected where its quality has one of the bits of
    rejecting (name -> value), or is not 0 where rejecting is empty. mask names a 2-D image that is 0 where a
    spaxel is good; wavelength an HDU that lists the wavelengths, whose medium is that of the family where the
    header does not state. An empty name means that the family has none. remark is printed for the user.
    """

    name: str
    flux: str
    variance: str = ""
    quality: str = ""
    rejecting: dict[str, int] = field(default_factory=dict)
    mask: str = "MASK"
    wavelength: str = ""
    medium: str = "unknown"
    remark: str = ""
    known_by: Callable[[Contents], bool] = lambda contents: True

    def fits(self, contents: Contents) -> bool:
        """Whether the file has this family's cubes and marks."""
        needed = {self.flux, self.variance} - {""}
        return needed <= set(contents.cubes) and self.known_by(contents)


def _is_manga(contents: Contents) -> bool:
    """Cube of the DRP; the DAP's model cubes share its names but not its mask bits."""
    marks = contents.instrument() == "MANGA" or "PLATEIFU" in contents.primary or "MANGAID" in contents.primary
    return marks and "MODEL" not in contents.cubes


def _is_jwst(instrument: str) -> Callable[[Contents], bool]:
    return lambda contents: contents.primary.get("TELESCOP") == "JWST" and contents.instrument() == instrument


# JWST: DO_NOT_USE and NON_SCIENCE are what cube_build writes into the DQ of a spectral cube; the other bits inform
# (jwst/cube_build/ifu_cube.py; JWST pipeline documentation, "Data Quality Flags").
_JWST_BITS = {"DO_NOT_USE": 1, "NON_SCIENCE": 512}

# The first that fits is taken. Sources:
# MaNGA   Law et al. 2016, AJ 152, 83; mask bits DRP3PIXMASK, of which the DAP rejects the two below
#         (mangadap, MaNGADataCube.do_not_use_flags).
# s3d     spacetelescope/jwst, cube_build; ERR is a standard deviation.
# KCWI    KCWI_DRP, kcwi_fits_writer: UNCERT is a standard deviation (UTYPE); FLAGS marks samples that were mended,
#         MASK those to leave out. The IDL pipeline wrote one file for each role.
# SAMI    Croom et al. 2021, MNRAS 505, 991; Data Central, DR3 core data products.
LAYOUTS = (
    Layout("MUSE", flux="DATA", variance="STAT", quality="DQ"),
    Layout("MaNGA", flux="FLUX", variance="IVAR", quality="MASK", rejecting={"FORESTAR": 1 << 3, "DONOTUSE": 1 << 10},
           mask="", wavelength="WAVE", medium="vacuum", known_by=_is_manga),
    Layout("NIRSpec s3d", flux="SCI", variance="ERR", quality="DQ", rejecting=_JWST_BITS, wavelength="WCS-TABLE",
           medium="vacuum", known_by=_is_jwst("NIRSPEC")),
    Layout("MIRI s3d", flux="SCI", variance="ERR", quality="DQ", rejecting=_JWST_BITS, wavelength="WCS-TABLE",
           medium="vacuum", known_by=_is_jwst("MIRI")),
    Layout("KCWI", flux="HDU0", variance="UNCERT", quality="MASK",
           known_by=lambda contents: contents.instrument() == "KCWI"),
    Layout("KCWI (IDL)", flux="HDU0", remark="KCWI's IDL pipeline keeps variance and mask in files beside this one",
           known_by=lambda contents: contents.instrument() == "KCWI" and contents.cubes == ["HDU0"]),
    Layout("SAMI", flux="HDU0", variance="VARIANCE", known_by=lambda contents: "WEIGHT" in contents.cubes),
    Layout("GMOS", flux="SCI", variance="VAR", quality="DQ",
           known_by=lambda contents: contents.instrument().startswith("GMOS")),
    Layout("SCI/ERR", flux="SCI", variance="ERR", quality="DQ"),
    Layout("SCI/VAR", flux="SCI", variance="VAR", quality="DQ"),
)  # fmt: skip
UNNAMED, OTHER = "unnamed", "other"
NAMES = (*(layout.name for layout in LAYOUTS), UNNAMED, OTHER)
# What an HDU of this name holds; such an HDU is never taken for the flux.
UNCERTAINTIES: dict[str, VarianceKind] = {
    "STAT": "variance", "VAR": "variance", "VARIANCE": "variance", "ERR": "std", "ERROR": "std", "STD": "std",
    "SIGMA": "std", "UNCERT": "std", "IVAR": "ivar",
}  # fmt: skip
_NO_FLUX = (*UNCERTAINTIES, "DQ", "MASK", "FLAGS", "QUALITY", "WMAP", "WEIGHT", "EXPOSURE")
# What a header states of its HDU: UTYPE (astropy.nddata.CCDData) and HDUCLAS3 (ESO, VLT-SPE-ESO-19500-5667).
_STATED: dict[str, VarianceKind] = {
    "STDDEVUNCERTAINTY": "std", "VARIANCEUNCERTAINTY": "variance", "INVERSEVARIANCE": "ivar",
    "RMSE": "std", "MSE": "variance", "INVMSE": "ivar",
}  # fmt: skip


def match(contents: Contents) -> Layout | None:
    """Layout of a file, None if none of its cubes can be a flux.

    A family of the table; else the first cube without any name; else the first whose name is not that of an
    uncertainty or a flag, with the first uncertainty.
    """
    for layout in LAYOUTS:
        if layout.fits(contents):
            return layout
    fluxes = [name for name in contents.cubes if name not in _NO_FLUX]
    if not fluxes:
        return None
    if all(re.fullmatch(r"HDU\d+", name) for name in contents.cubes):
        return Layout(UNNAMED, flux=fluxes[0])
    preferred = [layout.flux for layout in LAYOUTS if layout.flux in fluxes and not layout.flux.startswith("HDU")]
    variance = next((name for name in contents.cubes if name in UNCERTAINTIES), "")
    return Layout(OTHER, flux=(preferred or fluxes)[0], variance=variance, quality="DQ")


def variance_kind(name: str, header: "fits.Header") -> VarianceKind:
    """What an uncertainty HDU holds: what its header states, else its name, else variance."""
    stated = [str(header.get(key, "")).strip().upper() for key in ("UTYPE", "HDUCLAS3")]
    return next((_STATED[word] for word in stated if word in _STATED), UNCERTAINTIES.get(name, "variance"))
