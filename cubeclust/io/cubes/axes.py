"""The wavelength axis of a cube, from its header."""

from dataclasses import dataclass

import numpy as np
from astropy import units
from astropy.io import fits

from cubeclust.errors import InputError

# CTYPE3 (before the first "-") -> medium of the wavelengths (Greisen et al. 2006, FITS WCS paper III, table 1;
# the last row: spellings of IRAF and Gemini, whose medium the header does not state).
_MEDIUM = {"AWAV": "air", "WAVE": "vacuum"}
_MEDIUM |= dict.fromkeys(("LAMBDA", "WAVELENGTH", "WAVELENG", "LINEAR"), "unknown")
_UNIT_SPELLINGS = {"angstroms": "Angstrom", "a": "Angstrom", "microns": "um", "micron": "um"}
# Range of the numbers of an axis without unit (low, high) -> the only unit in which such cubes are.
_LIKELY = {(0.1, 30.0): units.um, (2500.0, np.inf): units.Angstrom, (1e-7, 3e-5): units.m}


@dataclass(frozen=True)
class SpectralAxis:
    """Wavelengths (n_wave,) in Angstrom, ascending; their medium; what had to be assumed."""

    wavelength: np.ndarray
    medium: str
    notes: tuple[str, ...] = ()


def spectral_axis(header: fits.Header, n_wave: int, unit: str | None = None) -> SpectralAxis:
    """Wavelength axis from CTYPE3, CUNIT3, CRVAL3, CRPIX3 and CD3_3, PC3_3 or CDELT3.

    unit overrides CUNIT3.

    Raises:
        InputError: no wavelength axis, unknown unit, a step that is zero, negative or not finite.
    """
    kind, _, algorithm = str(header.get("CTYPE3", "")).strip().upper().partition("-")
    if kind not in _MEDIUM or "CRVAL3" not in header:
        raise InputError(
            f"axis 3 is no wavelength axis (CTYPE3 = {kind or 'missing'!r}, "
            f"CRVAL3 = {header.get('CRVAL3', 'missing')!r}); {_cure(header)}."
        )
    algorithm = algorithm.strip("- ")
    if algorithm not in ("", "LOG") or header.get("DC-FLAG") == 1:  # 1: IRAF's axis of log10(wavelength)
        raise InputError(
            f"the wavelength axis has CTYPE3 = {header['CTYPE3']!r}{_iraf(header)}, which cubeclust cannot follow; "
            "resample the cube to a linear or logarithmic axis (AWAV, WAVE, AWAV-LOG, WAVE-LOG)."
        )
    numbers = _numbers(header, n_wave, logarithmic=bool(algorithm))
    native, notes = unit_of(unit or header.get("CUNIT3", ""), numbers)
    if "CRPIX3" not in header:
        notes += ("the wavelength axis has no CRPIX3; taken as 0, the default of the FITS standard",)
    wavelength = angstrom(numbers, native)
    if not (np.all(np.isfinite(wavelength)) and wavelength[0] > 0):
        raise InputError(f"the wavelengths start at {wavelength[0]:g} Angstrom; correct CRVAL3 and CUNIT3.")
    if _MEDIUM[kind] == "unknown":
        notes += (f"CTYPE3 = {kind!r} does not say whether the wavelengths are in air or in vacuum",)
    return SpectralAxis(wavelength, _MEDIUM[kind], notes)


def _cure(header: fits.Header) -> str:
    """What helps where axis 3 is none; OSIRIS has the wavelengths along axis 1."""
    for axis in (1, 2):
        if str(header.get(f"CTYPE{axis}", "")).strip().upper().startswith(("WAVE", "AWAV")):
            return f"the wavelengths lie along axis {axis}: reorder the axes to x, y, wavelength"
    return "cubeclust needs CTYPE3 = AWAV or WAVE with CRVAL3, CRPIX3 and CD3_3 or CDELT3"


def medium_of(header: fits.Header) -> str:
    """Medium that CTYPE3 names, "unknown" where it names none."""
    return _MEDIUM.get(str(header.get("CTYPE3", "")).strip().upper().partition("-")[0], "unknown")


def unit_of(text: object, numbers: np.ndarray) -> tuple[units.UnitBase, tuple[str, ...]]:
    """Unit of wavelengths by its name, and a note if it had to be assumed from the numbers (n_wave,).

    Without a name the unit is assumed only where the numbers lie in the range of a single unit.

    Raises:
        InputError: a unit that is no length, or numbers that could be anything.
    """
    name = str(text).strip()
    if not name:
        first, last = float(numbers[0]), float(numbers[-1])
        likely = [unit for (low, high), unit in _LIKELY.items() if low <= first and last <= high]
        if not likely:
            raise InputError(
                f"the wavelength axis has no CUNIT3 and starts at {first:g}; name its unit by --wavelength-unit."
            )
        return likely[0], (
            f"the wavelength axis has no unit (CUNIT3); taken as {likely[0]}, since it runs from {first:g} to {last:g}",
        )
    try:
        unit = units.Unit(_UNIT_SPELLINGS.get(name.lower(), name))
        unit.to(units.Angstrom)
    except (ValueError, TypeError, units.UnitConversionError) as error:
        raise InputError(
            f"the wavelength axis is in {name!r}, which is no length; name its unit by --wavelength-unit."
        ) from error
    return unit, ()


def angstrom(numbers: np.ndarray, unit: units.UnitBase) -> np.ndarray:
    """Wavelengths in Angstrom, rounded so that a channel on a window's edge lies inside."""
    with np.errstate(all="ignore"):
        return np.round(numbers * unit.to(units.Angstrom), 6)


def _numbers(header: fits.Header, n_wave: int, *, logarithmic: bool) -> np.ndarray:
    """Wavelengths (n_wave,) in the header's unit; logarithmic: FITS WCS paper III, equation 5."""
    start, step = _number(header, "CRVAL3"), _step(header)
    if not np.isfinite(step) or step <= 0:
        raise InputError(f"the step of the wavelength axis is {step:g}; correct CD3_3 (or CDELT3).")
    offset = step * (np.arange(1, n_wave + 1) - _number(header, "CRPIX3"))
    with np.errstate(all="ignore"):
        return start * np.exp(offset / start) if logarithmic else start + offset


def _step(header: fits.Header) -> float:
    """Step along the axis; a CD matrix wins over PC and CDELT, as in wcslib."""
    if "CD3_3" in header:
        return _number(header, "CD3_3")
    return _number(header, "PC3_3", 1.0) * _number(header, "CDELT3")


def _number(header: fits.Header, key: str, default: float = 0.0) -> float:
    value = header.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise InputError(f"the wavelength axis has {key} = {value!r}, which is no number; correct it.")
    return float(value)


def _iraf(header: fits.Header) -> str:
    return " and DC-FLAG = 1" if header.get("DC-FLAG") == 1 else ""
