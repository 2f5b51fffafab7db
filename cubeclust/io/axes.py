"""The wavelength axis of a cube, from its header."""

import warnings
from dataclasses import dataclass

import numpy as np
from astropy import units
from astropy.io import fits
from astropy.wcs import WCS

from cubeclust.errors import InputError

# CTYPE3 (before the first "-") -> medium of the wavelengths (Greisen et al. 2006, FITS WCS paper III, table 1;
# the last row: spellings of IRAF and Gemini, whose medium the header does not tell).
_MEDIUM = {"AWAV": "air", "WAVE": "vacuum"}
_MEDIUM |= dict.fromkeys(("LAMBDA", "WAVELENGTH", "WAVELENG", "LINEAR", ""), "unknown")
_UNIT_SPELLINGS = {"angstroms": "Angstrom", "a": "Angstrom", "microns": "um", "micron": "um"}


@dataclass(frozen=True)
class SpectralAxis:
    """Wavelengths (n_wave,) in Angstrom, ascending; their medium; what had to be assumed."""

    wavelength: np.ndarray
    medium: str
    notes: tuple[str, ...] = ()


def spectral_axis(header: fits.Header, n_wave: int, unit: str | None = None) -> SpectralAxis:
    """Wavelength axis from CTYPE3, CUNIT3, CRVAL3, CRPIX3 and CD3_3, PC3_3 or CDELT3.

    unit overrides CUNIT3. A missing CUNIT3 is taken as Angstrom where the values allow nothing else (at
    least 2500), and the assumption is noted.

    Raises:
        InputError: no wavelength axis, unknown unit, a step that is zero, negative or not finite.
    """
    kind, _, algorithm = str(header.get("CTYPE3", "")).strip().upper().partition("-")
    if kind not in _MEDIUM or "CRVAL3" not in header:
        raise InputError(
            f"axis 3 is no wavelength axis (CTYPE3 = {kind or 'missing'!r}); "
            "cubeclust needs CTYPE3 = AWAV or WAVE with CRVAL3, CRPIX3 and CD3_3 or CDELT3."
        )
    algorithm = algorithm.strip("- ")
    if algorithm not in ("", "LOG"):
        raise InputError(
            f"the wavelength axis has CTYPE3 = {header['CTYPE3']!r}, which cubeclust cannot follow; "
            "resample the cube to a linear or logarithmic axis (AWAV, WAVE, AWAV-LOG, WAVE-LOG)."
        )
    step = _step(header)
    if not np.isfinite(step) or step <= 0:
        raise InputError(f"the step of the wavelength axis is {step:g}; correct CD3_3 (or CDELT3).")
    native, notes = _unit(header, unit, _number(header, "CRVAL3", 0.0))
    linear = fits.Header()
    linear["CTYPE1"] = "AWAV" if _MEDIUM[kind] == "air" else "WAVE"
    linear["CTYPE1"] += "-LOG" if algorithm else ""
    linear["CUNIT1"] = native.to_string("fits")
    linear["CRVAL1"], linear["CDELT1"] = _number(header, "CRVAL3", 0.0), step
    linear["CRPIX1"] = _number(header, "CRPIX3", 0.0)  # FITS standard: 0 where absent
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meters = WCS(linear).wcs_pix2world(np.arange(n_wave), 0)[0]
    # The WCS is in meters; rounding undoes its last bit, so that a channel on a window's edge lies inside.
    wavelength = np.round(np.asarray(meters) * 1e10, 6)
    if not (np.all(np.isfinite(wavelength)) and wavelength[0] > 0):
        raise InputError(f"the wavelengths start at {wavelength[0]:g} Angstrom; correct CRVAL3 and CUNIT3.")
    if _MEDIUM[kind] == "unknown":
        notes += (f"CTYPE3 = {kind!r} does not say whether the wavelengths are in air or in vacuum",)
    return SpectralAxis(wavelength, _MEDIUM[kind], notes)


def _step(header: fits.Header) -> float:
    """Step along the axis; a CD matrix wins over PC and CDELT, as in wcslib."""
    if "CD3_3" in header:
        return _number(header, "CD3_3", 0.0)
    return _number(header, "PC3_3", 1.0) * _number(header, "CDELT3", 1.0 if "PC3_3" in header else 0.0)


def _number(header: fits.Header, key: str, default: float) -> float:
    value = header.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise InputError(f"the wavelength axis has {key} = {value!r}, which is no number; correct it.")
    return float(value)


def _unit(header: fits.Header, override: str | None, start: float) -> tuple[units.UnitBase, tuple[str, ...]]:
    """Unit of the axis and a note if it had to be assumed."""
    text = str(override or header.get("CUNIT3", "")).strip()
    if not text:
        if start < 2500:
            raise InputError(
                f"the wavelength axis has no CUNIT3 and starts at {start:g}; name its unit by --wavelength-unit."
            )
        return units.Angstrom, ("the wavelength axis has no unit (CUNIT3); taken as Angstrom",)
    try:
        unit = units.Unit(_UNIT_SPELLINGS.get(text.lower(), text))
        unit.to(units.Angstrom)
    except (ValueError, TypeError, units.UnitConversionError) as error:
        raise InputError(
            f"the wavelength axis is in {text!r}, which is no length; name its unit by --wavelength-unit."
        ) from error
    return unit, ()
