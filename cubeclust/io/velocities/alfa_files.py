"""The files that ALFA (Wesson 2016, MNRAS 456, 3774) writes: one fit for each pixel of a cube, as FITS or as text."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.small_tables import read_tables
from cubeclust.spectroscopy.doppler import LIGHT_SPEED
from cubeclust.spectroscopy.lines import EMISSION

# <cube file>_pixel_<x>_<y>, x and y from 1 and padded with zeros to the digits of NAXIS1 and NAXIS2 (ALFA, alfa.f90).
_NAME = re.compile(r"(?P<cube>.+)_pixel_(?P<x>\d+)_(?P<y>\d+)(?P<kind>_fit\.fits|_lines)")
# Two wavelengths of two decimals, which may touch, and other fields (ALFA, output.f90, write_plaintext).
_ROW = re.compile(r"\s*(\d+\.\d\d)\s*(\d+\.\d\d)(.*)")
_GUESS = re.compile(r"(?:-vg|--velocity-guess)\s*([-+]?\d+\.?\d*(?:[eE][-+]?\d+)?)")
_CONTINUUM = (3630.0, 3645.5, 3646.5, 3700.0, 8100.0, 8400.0)  # rows of the continuum at a jump, not of lines
_NEAR = 0.3  # Angstrom between rest wavelengths of one line
_FWHM = 2.35482  # of a Gaussian with a deviation of 1
_COLUMNS = ("WlenObserved", "WlenRest", "Flux", "Uncertainty", "Peak", "FWHM")
_AIR = np.array([line.air for line in EMISSION])


@dataclass(frozen=True)
class AlfaFit:
    """What ALFA found in a pixel.

    velocity   km/s, v = c z; NaN if it found no line that is known here
    n_lines    lines that it detected
    lines      (n,) int: places in EMISSION of those that it detected and that are known here
    snr, flux, error    (n,) of these; flux in the cube's unit x Angstrom, that of a blend with its first line
    sigma      km/s, median width of these as observed, the instrument's included
    """

    velocity: float
    n_lines: int
    lines: np.ndarray
    snr: np.ndarray
    flux: np.ndarray
    error: np.ndarray
    sigma: float


def find_pixels(directory: Path, cube_file: CubeFile) -> dict[tuple[int, int], Path]:
    """Files of the cube's pixels, by (y, x) from 0; the FITS file where a pixel has text, too.

    Raises:
        InputError: no directory, no such files, only those of another cube, pixels beyond the cube's frame.
    """
    if not directory.is_dir():
        raise InputError(f"{directory}: is no directory; --from-alfa takes the one that ALFA wrote its files to.")
    found = sorted(
        filter(None, (_NAME.fullmatch(path.name) for path in directory.iterdir())),
        key=lambda match: match["kind"] == "_fit.fits",
    )
    own = [match for match in found if fits_files.stem(Path(match["cube"])) == cube_file.stem]
    if not found:
        raise InputError(f"{directory}: has no file <cube>_pixel_<x>_<y>_fit.fits or _lines; give where ALFA wrote to.")
    if not own:
        raise InputError(
            f"{directory}: holds ALFA's fits of {found[0]['cube']}, none of {cube_file.path.name}; "
            "give the output for this cube."
        )
    pixels = {(int(match["y"]) - 1, int(match["x"]) - 1): directory / match.string for match in own}
    _require_inside(directory, np.array(list(pixels)), cube_file.frame)
    return pixels


def read_fit(path: Path) -> AlfaFit:
    """Read one of the files that find_pixels found.

    Raises:
        InputError: a damaged file.
    """
    return _from_fits(path) if path.suffix == ".fits" else _from_text(path)


def told_guess(path: Path) -> float | None:
    """Velocity guess, km/s, of the command line that ALFA notes beside a fit; None where no command is noted."""
    if path.suffix == ".fits":
        with fits_files.open_hdus(path) as hdus, fits_files.damage_reported(path):
            text = "".join(map(str, hdus[0].header.get("COMMENT", ())))
    else:
        beside = path.with_name(path.name.removesuffix("_lines") + "_fit")
        text = "".join(_text_lines(beside)[:2]) if beside.is_file() else ""
    given = _GUESS.search(text)
    noted = "Command line:" in text or "fit generated using:" in text
    return float(given[1]) if given else 0.0 if noted else None


def _require_inside(directory: Path, pixels: np.ndarray, frame: tuple[int, int]) -> None:
    """Raise InputError if a pixel (y, x) lies beyond the frame (NY, NX)."""
    beyond = pixels[((pixels < 0) | (pixels >= frame)).any(axis=1)]
    if len(beyond):
        y, x = beyond[0] + 1
        raise InputError(
            f"{directory}: has a fit of pixel x = {x}, y = {y} (from 1), but the cube has {frame[1]} x {frame[0]}; "
            "give the output for this cube."
        )


def _from_fits(path: Path) -> AlfaFit:
    """Table QC has the velocity that all strong lines share; of lines not detected LINES has negative limits."""
    tables = read_tables(path, ("LINES", "QC"))
    qc, lines = tables["QC"], tables["LINES"]
    try:
        rows = np.stack([lines[name] for name in _COLUMNS], axis=1).astype(np.float64)
        return _fit(rows, int(qc["NumberOfLines"][0]), float(qc["RadialVelocity"][0]))
    except (ValueError, IndexError) as error:
        raise InputError(f"{path}: is no fit of ALFA ({error}); give the directory that ALFA wrote.") from error


def _from_text(path: Path) -> AlfaFit:
    """Fields of the text are * where they overflow, in a blend and for limits: such a line has no known flux.

    The velocity is the median over the known lines, since the text has none; old versions wrote neither peak nor FWHM.
    """
    matches = filter(None, (_ROW.match(line) for line in _text_lines(path)))
    rows = np.array([[float(match[1]), float(match[2]), *_numbers(match[3])] for match in matches]).reshape(-1, 6)
    rows = rows[~np.isin(rows[:, 1], _CONTINUUM)]
    return _fit(rows, len(rows), None)


def _text_lines(path: Path) -> list[str]:
    try:
        return path.read_text("ascii", "replace").splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its permissions.") from error


def _numbers(text: str) -> list[float]:
    """Flux, uncertainty, peak and FWHM of a row; NaN for all that are not written as numbers."""
    try:
        return ([float(field) for field in text.split()] + 4 * [np.nan])[:4]
    except ValueError:
        return 4 * [np.nan]


def _fit(rows: np.ndarray, n_lines: int, velocity: float | None) -> AlfaFit:
    """Fit from rows (n, 6) of _COLUMNS.

    Flux and uncertainty may be normalized to 100 for H-beta; the peak is not, so that it gives the flux in the unit of
    the cube.
    """
    place = np.abs(rows[:, 1, None] - _AIR).argmin(axis=1)
    known = np.abs(rows[:, 1] - _AIR[place]) <= _NEAR
    if velocity is None:
        shifts = LIGHT_SPEED * (rows[known, 0] / rows[known, 1] - 1)
        velocity = float(np.median(shifts)) if known.any() else np.nan
    detected = known & (rows[:, 2] > 0) & (rows[:, 3] > 0) & np.isfinite(rows[:, 2:4]).all(axis=1)
    rest, flux, error, peak, fwhm = rows[detected, 1:].T
    absolute = peak * fwhm / _FWHM * np.sqrt(2 * np.pi)
    sigma = float(np.median(LIGHT_SPEED * fwhm / _FWHM / rest)) if detected.any() else np.nan
    return AlfaFit(velocity, n_lines, place[detected], flux / error, absolute, absolute * error / flux, sigma)
