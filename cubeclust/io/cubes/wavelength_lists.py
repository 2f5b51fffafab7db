"""Wavelengths that a file lists in an HDU of their own, beside or instead of the header's axis."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy.io import fits

from cubeclust.errors import InputError
from cubeclust.io.cubes import axes
from cubeclust.io.cubes.layouts import Layout

_AGREEMENT = 0.01  # of a channel: within it the list and the header say the same


@dataclass(frozen=True)
class WavelengthList:
    """Numbers (n_wave,) of the HDU `hdu`, with the unit that it names or ""."""

    hdu: str
    numbers: np.ndarray
    unit: str


def find_axis(
    hdus: fits.HDUList, header: fits.Header, layout: Layout, n_wave: int, unit: str | None
) -> tuple[axes.SpectralAxis, str]:
    """Axis of the cube and the name of the HDU that lists it, "" where the header alone has it.

    The header's axis holds where the list agrees with it; where it disagrees or has none, the list holds, and
    a note states it.

    Raises:
        InputError: neither gives the wavelengths, or the list is damaged.
    """
    listed = _read(hdus, header, layout, n_wave)
    try:
        axis = axes.spectral_axis(header, n_wave, unit)
    except InputError:
        if listed is None:
            raise
        return _listed_axis(listed, header, layout, unit, "not from the header's axis"), listed.hdu
    if listed is None:
        return axis, ""
    other = _listed_axis(listed, header, layout, unit, "which the header's axis contradicts")
    step = float(np.median(np.diff(axis.wavelength))) if n_wave > 1 else 1.0
    if np.abs(axis.wavelength - other.wavelength).max() > _AGREEMENT * step:
        return other, listed.hdu
    return axis, listed.hdu


def _read(hdus: fits.HDUList, header: fits.Header, layout: Layout, n_wave: int) -> WavelengthList | None:
    """The list that PS3_0 (FITS WCS paper III, section 6) or the layout names, None where the file has none."""
    name = str(header.get("PS3_0", layout.wavelength)).strip().upper()
    hdu = next((hdu for hdu in hdus if name and hdu.name.upper() == name), None)
    if hdu is None or hdu.data is None:
        return None
    numbers, unit = _column(hdu, str(header.get("PS3_1", "wavelength")).strip())
    numbers = np.asarray(numbers, np.float64).ravel()
    if _is_table_axis(header):
        numbers = _looked_up(numbers, header, n_wave)
    if len(numbers) != n_wave:
        raise InputError(
            f"{name} lists {len(numbers)} wavelengths for {n_wave} channels; correct the file or remove that HDU."
        )
    return WavelengthList(name, numbers, unit)


def _column(hdu: Any, column: str) -> tuple[np.ndarray, str]:
    """Values and unit of an image, or of a table's column."""
    if hdu.is_image:
        return hdu.data, str(hdu.header.get("BUNIT", ""))
    if column.upper() not in [name.upper() for name in hdu.columns.names]:
        raise InputError(f"{hdu.name} has no column {column!r} with the wavelengths (PS3_1); correct the file.")
    return hdu.data[column], str(hdu.columns[column].unit or "")


def _is_table_axis(header: fits.Header) -> bool:
    return str(header.get("CTYPE3", "")).strip().upper().endswith("-TAB")


def _looked_up(numbers: np.ndarray, header: fits.Header, n_wave: int) -> np.ndarray:
    """Wavelength of each channel by its place in the table, counted from 1 (FITS WCS paper III, section 6.1.2)."""
    start, reference, scale, turn = (float(header.get(key, 1.0)) for key in ("CRVAL3", "CRPIX3", "CDELT3", "PC3_3"))
    place = start + float(header.get("CD3_3", scale * turn)) * (np.arange(1, n_wave + 1) - reference)
    if "PS3_2" in header or not (place[0] >= 1 and place[-1] <= len(numbers)):
        raise InputError(
            f"the wavelength axis has CTYPE3 = {header['CTYPE3']!r} with an index that cubeclust cannot follow; "
            "resample the cube to a linear or logarithmic axis (AWAV, WAVE, AWAV-LOG, WAVE-LOG)."
        )
    return np.interp(place, np.arange(1, len(numbers) + 1), numbers)


def _listed_axis(
    listed: WavelengthList, header: fits.Header, layout: Layout, unit: str | None, why: str
) -> axes.SpectralAxis:
    """Axis of the list alone, with a note why it holds."""
    native, notes = axes.unit_of(unit or listed.unit or header.get("CUNIT3", ""), listed.numbers)
    wavelength = axes.angstrom(listed.numbers, native)
    if not (np.all(np.isfinite(wavelength)) and wavelength[0] > 0 and np.all(np.diff(wavelength) > 0)):
        raise InputError(f"{listed.hdu} does not list ascending wavelengths; correct the file or remove that HDU.")
    medium = axes.medium_of(header)
    return axes.SpectralAxis(
        wavelength,
        layout.medium if medium == "unknown" else medium,
        (f"wavelengths from {listed.hdu}, {why} (CTYPE3 = {header.get('CTYPE3', 'missing')!r})", *notes),
    )
