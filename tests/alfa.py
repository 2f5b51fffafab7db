"""Files in the format of ALFA, written after its source (rwesson/ALFA, output.f90)."""

from pathlib import Path

import numpy as np
from astropy.io import fits

SPEED_OF_LIGHT = 299_792.458  # km/s
LINES = {4861.33: 3.0, 4958.91: 2.0, 5006.84: 6.0, 6562.77: 9.0, 7135.80: 0.5}  # rest wavelength: peak
NOISE = 0.25  # of a peak
RESOLUTION = 2500.0  # wavelength / deviation


def alfa_rows(velocity: float, *, normalized: float = 1.0) -> np.ndarray:
    """Rows (n, 6) of the table LINES, fluxes times `normalized`; the last line is not detected."""
    rest, peak = np.array(list(LINES)), np.array(list(LINES.values()))
    width = rest / RESOLUTION
    flux = peak * width * np.sqrt(2 * np.pi) * normalized
    error = flux * NOISE / peak
    faint = peak < 3 * NOISE
    flux, error = np.where(faint, -3 * error, flux), np.where(faint, -error, error)
    return np.stack([rest * (1 + velocity / SPEED_OF_LIGHT), rest, flux, error, peak, 2.35482 * width], axis=1)


def write_alfa_fits(
    directory: Path, cube: str, x: int, y: int, velocity: float, *, digits: int = 2, command: str = "", **rows: float
) -> Path:
    """<cube>_pixel_<x>_<y>_fit.fits with the tables FIT, LINES, QC."""
    lines = alfa_rows(velocity, **rows).astype(np.float32)
    spectrum = np.linspace(4800, 7200, 50)
    tables = {
        "FIT": dict.fromkeys(("Wavelength", "InputSpec", "FittedSpec", "Residuals"), spectrum),
        "LINES": dict(zip(("WlenObserved", "WlenRest", "Flux", "Uncertainty", "Peak", "FWHM"), lines.T, strict=True)),
        "QC": {"NumberOfLines": [4], "HbetaFlux": [1.0], "RadialVelocity": [velocity], "Resolution": [RESOLUTION]},
    }
    hdus: list[fits.PrimaryHDU | fits.BinTableHDU] = [fits.PrimaryHDU()]
    if command:
        hdus[0].header.add_comment(f"Command line: '{command}'")
    for name, columns in tables.items():
        forms = [
            fits.Column(key, "J" if key == "NumberOfLines" else "E", array=value) for key, value in columns.items()
        ]
        hdus.append(fits.BinTableHDU.from_columns(forms, name=name))
    path = directory / f"{cube}_pixel_{x:0{digits}d}_{y:0{digits}d}_fit.fits"
    fits.HDUList(hdus).writeto(path)
    return path


def write_alfa_text(
    directory: Path,
    cube: str,
    x: int,
    y: int,
    velocity: float,
    *,
    digits: int = 2,
    command: str = "",
    old: bool = False,
) -> Path:
    """<cube>_pixel_<x>_<y>_lines, of an old version without peak and FWHM; and _fit, if there is a command to note."""
    base = f"{cube}_pixel_{x:0{digits}d}_{y:0{digits}d}"
    text = [] if old else [" #wlen (obs)  (rest)      flux    uncertainty     peak        FWHM"]
    for row in alfa_rows(velocity):
        if row[2] > 0:
            text.append(old_row(row) if old else new_row(row))
    path = directory / f"{base}_lines"
    path.write_text("\n".join(text) + "\n")
    if command:
        (directory / f"{base}_fit").write_text(f" #alfa version 2.2\n #fit generated using: {command}\n # ...\n")
    return path


def new_row(row: np.ndarray) -> str:
    """Row of version 2: 2(F9.2), 4(F12.3)."""
    return fortran(row[0], 9, 2) + fortran(row[1], 9, 2) + "".join(fortran(value, 12, 3) for value in row[2:])


def old_row(row: np.ndarray) -> str:
    """Row of version 1: 2(F8.2), 2(F12.3)."""
    return fortran(row[0], 8, 2) + fortran(row[1], 8, 2) + "".join(fortran(value, 12, 3) for value in row[2:4])


def fortran(value: float, width: int, decimals: int) -> str:
    """A number as Fortran's F edit descriptor writes it: asterisks where it does not fit."""
    text = f"{value:{width}.{decimals}f}"
    return text if len(text) == width else "*" * width
