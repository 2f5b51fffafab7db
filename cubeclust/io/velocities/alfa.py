"""The velocities that ALFA (Wesson 2016, MNRAS 456, 3774) found in the pixels of a cube."""

from pathlib import Path

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.celestial import read_celestial
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.velocities.alfa_files import AlfaFit, find_pixels, read_fit, told_guess
from cubeclust.runtime.progress import Progress, Silent
from cubeclust.spectroscopy.doppler import LIGHT_SPEED, velocity_of
from cubeclust.spectroscopy.lines import EMISSION
from cubeclust.velocities.field import VelocityField, repeated_redshift
from cubeclust.velocities.flags import VelocityFlag

_ROUNDED, _ROUNDED_TEXT = 0.05, 0.5  # km/s: numbers of single precision; wavelengths to 0.01 Angstrom
_ANNOUNCED = 500  # files between two reports of the progress


def read_alfa(
    directory: Path,
    cube_file: CubeFile,
    progress: Progress | None = None,
    *,
    guess: float | None = None,
    z: float | None = None,
) -> VelocityField:
    """Read the fits of a cube's pixels; ALFA gives no error of a velocity, and its convention is v = c z.

    Flag NO_VELOCITY means that a pixel has no file, or no line in it. GUESS means a velocity that ALFA fell back to,
    which it does when the fit leaves its bounds: `guess` (km/s), the one in the command line that ALFA notes, and one
    that suspiciously many pixels share. The systemic redshift is z, or else that of the guess given, or else the
    median of the good velocities.

    Raises:
        InputError: another cube's files, damaged ones, no velocity that can be used.
    """
    pixels = find_pixels(directory, cube_file)
    fits = _read_all(pixels, progress or Silent())
    y, x = np.array(list(pixels)).T
    speed = _image(cube_file.frame, y, x, [fit.velocity for fit in fits], np.float64)
    speed[np.isinf(speed)] = np.nan
    flag = np.where(np.isnan(speed), VelocityFlag.NO_VELOCITY, 0).astype(np.int32)
    first = next(iter(pixels.values()))
    rounded = _ROUNDED if first.suffix == ".fits" else _ROUNDED_TEXT
    flag[_guessed(speed, rounded, [guess, told_guess(first)])] |= int(VelocityFlag.GUESS)
    if flag.all():
        raise InputError(
            f"{directory}: ALFA found no velocity but its guess; run it again with another --velocity-guess."
        )
    systemic = _systemic(speed[flag == 0], guess, z)
    snr = [np.sqrt(np.sum(fit.snr**2)) for fit in fits]
    fluxes, errors = _fluxes(cube_file.frame, y, x, fits)
    return VelocityField(
        velocity=velocity_of(speed / LIGHT_SPEED, systemic).astype(np.float32),
        error=np.full(cube_file.frame, np.nan, np.float32),
        sigma=_image(cube_file.frame, y, x, [fit.sigma for fit in fits]),
        snr=_image(cube_file.frame, y, x, snr),
        n_lines=_image(cube_file.frame, y, x, [fit.n_lines for fit in fits], np.int16),
        flag=flag,
        systemic=systemic,
        wcs=read_celestial(cube_file.header),
        fluxes=fluxes,
        flux_errors=errors,
        flux_unit=f"{cube_file.unit}*Angstrom" if cube_file.unit else "",
    )


def _read_all(pixels: dict[tuple[int, int], Path], progress: Progress) -> list[AlfaFit]:
    fits = []
    for done, path in enumerate(pixels.values(), start=1):
        fits.append(read_fit(path))
        if done % _ANNOUNCED == 0 or done == len(pixels):
            progress.advance("read ALFA", done, len(pixels))
    return fits


def _guessed(speed: np.ndarray, rounded: float, guesses: list[float | None]) -> np.ndarray:
    """Where (NY, NX) bool a speed, known to within `rounded` km/s, is a guess: one of those given, or one repeated.

    It is 0, too, where ALFA saw none of the lines that it finds the velocity by (spectralfit.f90).
    """
    known = [guess for guess in guesses if guess is not None]
    if repeated := repeated_redshift(speed[np.isfinite(speed)]):
        known.append(repeated[0])
    return np.any([speed == 0, *(np.abs(speed - guess) <= rounded for guess in known)], axis=0)


def _systemic(speed: np.ndarray, guess: float | None, z: float | None) -> float:
    if z is not None:
        return z
    return (float(np.median(speed)) if guess is None else guess) / LIGHT_SPEED


def _image(
    frame: tuple[int, int], y: np.ndarray, x: np.ndarray, values: list[float], dtype: type[np.generic] = np.float32
) -> np.ndarray:
    """Image of a value for each pixel; where there is none, NaN, or 0 for whole numbers."""
    empty = 0 if np.issubdtype(dtype, np.integer) else np.nan
    image = np.full(frame, empty, dtype)
    image[y, x] = values
    return image


def _fluxes(
    frame: tuple[int, int], y: np.ndarray, x: np.ndarray, fits: list[AlfaFit]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Flux and error of each known line that was found anywhere."""
    pixel = np.repeat(np.arange(len(fits)), [len(fit.lines) for fit in fits])
    lines, flux, error = (np.concatenate([getattr(fit, name) for fit in fits]) for name in ("lines", "flux", "error"))
    images: tuple[dict[str, np.ndarray], dict[str, np.ndarray]] = ({}, {})
    for line in np.unique(lines[np.isfinite(flux)]):
        here = lines == line
        for image, values in zip(images, (flux, error), strict=True):
            image[EMISSION[line].name] = _image(frame, y[pixel[here]], x[pixel[here]], values[here])
    return images
