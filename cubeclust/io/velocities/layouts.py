"""Files of maps whose layout is known: which image holds the velocities, what they are relative to, which are bad."""

import re
from dataclasses import dataclass

import numpy as np
from astropy.io import fits

from cubeclust.spectroscopy.doppler import LIGHT_SPEED

# Card of the primary header -> its unit: the systemic redshift, to which the velocities of such a file are relative.
# SCINPVEL: MaNGA DAP data model, DR17. REDSHIFT: PHANGS-MUSE DR1, in km/s where the number exceeds any redshift.
_ZEROS = {"SCINPVEL": "km/s", "REDSHIFT": ""}
_LARGEST = 20.0  # redshift beyond which no galaxy was seen
_INFORMING = 1 << 9 | 1 << 10  # NOCORRECTION, MULTICOMP of MANGA_DAPPIXMASK: bits that reject no velocity
_ERRORS = ("{}_ERR", "ERR_{}", "FORM_ERR_{}")  # HDU of the errors of an HDU; from Monte Carlo before formal ones


@dataclass(frozen=True)
class VelocityLayout:
    """A program's file of maps: its name, patterns of HDUs that all are there, and that of the velocities.

    The velocities are in km/s and relative to a systemic redshift, c (z - systemic) / (1 + systemic), since these
    programs fit spectra that were shifted to rest by it.
    """

    name: str
    marks: tuple[str, ...]
    velocity: str

    def find(self, names: list[str]) -> str | None:
        """The HDU of the velocities among those of a file, None where the file is none of these."""
        found = [[name for name in names if re.fullmatch(mark, name)] for mark in (self.velocity, *self.marks)]
        return found[0][0] if all(found) else None


_HALPHA = r"HA_?656\d(\.\d+)?_"
LAYOUTS = (
    VelocityLayout("MaNGA DAP", ("STELLAR_VEL",), "EMLINE_GVEL"),
    VelocityLayout("GIST gas", (_HALPHA + "(FLUX|F)",), _HALPHA + "(VEL|V)"),  # of PHANGS-MUSE and nGIST, too
    VelocityLayout("GIST stars", ("SIGMA_STARS",), "V_STARS"),
    VelocityLayout("GIST kinematics", ("SIGMA", "FORM_ERR_V"), "V"),
)


def match(names: list[str]) -> tuple[VelocityLayout, str] | None:
    """The layout of a file with such images and its HDU of the velocities, None where it is none of those known."""
    found = ((layout, layout.find(names)) for layout in LAYOUTS)
    return next(((layout, name) for layout, name in found if name is not None), None)


def told_zero(primary: fits.Header) -> float | None:
    """Systemic velocity c z, km/s, that the primary header states; None where it states none."""
    for card, unit in _ZEROS.items():
        value = primary.get(card)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value) if unit or abs(value) > _LARGEST else float(value) * LIGHT_SPEED
    return None


def channel(header: fits.Header) -> tuple[int, str]:
    """Plane of H-alpha, or else the first, in an image with a plane for each line, and its name; cards C01, C02, ..."""
    names = {int(card[1:]) - 1: str(value) for card, value in header.items() if re.fullmatch(r"C\d+", card)}
    return next(((plane, name) for plane, name in names.items() if name.startswith("Ha-")), (0, names.get(0, "1")))


def rejected(images: dict[str, fits.ImageHDU], header: fits.Header) -> np.ndarray | None:
    """Samples that the HDU of flags named by the card QUALDATA rejects; None without one."""
    flags = images.get(str(header.get("QUALDATA", "")).strip().upper())
    return None if flags is None else (np.asarray(flags.data).astype(np.int64) & ~_INFORMING) != 0


def errors(images: dict[str, fits.ImageHDU], name: str, header: fits.Header) -> np.ndarray | None:
    """One standard deviation of each sample, in the unit of the samples, NaN where unknown; None if not in the file."""
    inverse = images.get(str(header.get("ERRDATA", "")).strip().upper())
    if inverse is not None:
        weight = np.asarray(inverse.data, np.float64)
        return np.sqrt(1 / np.where(weight > 0, weight, np.nan))
    stored = (images.get(pattern.format(name)) for pattern in _ERRORS)
    return next((np.asarray(hdu.data, np.float64) for hdu in stored if hdu is not None), None)
