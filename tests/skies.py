"""Cubes with a known answer."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from scipy.special import erf


@dataclass(frozen=True)
class Sky:
    """A made cube: flux and variance (n_wave, NY, NX) float32, truth (NY, NX) with regions 0..k-1."""

    flux: np.ndarray
    variance: np.ndarray
    truth: np.ndarray
    wavelength: np.ndarray


def make_sky(
    ny: int = 24,
    nx: int = 26,
    n_wave: int = 60,
    regions: int = 4,
    noise: float = 0.15,
    seed: int = 0,
    wavelength: np.ndarray | None = None,
) -> Sky:
    """Regions side by side, each with its own emission line on a continuum, brightness varying over the sky."""
    random = np.random.default_rng(seed)
    if wavelength is None:
        wavelength = 7500.0 + 12.5 * np.arange(n_wave)  # covers 7600:8100
    grid = (wavelength - 7500.0) / (12.5 * (n_wave - 1))
    y, x = np.indices((ny, nx))
    columns = int(np.ceil(np.sqrt(regions)))
    truth = np.minimum((y * columns // ny) * columns + x * columns // nx, regions - 1)
    templates = np.stack(
        [
            1 + 0.3 * np.cos(2 * np.pi * (grid * (region + 1) / 2 + region))
            + 3 * np.exp(-0.5 * ((grid - (region + 0.7) / (regions + 0.4)) / 0.02) ** 2)
            for region in range(regions)
        ]
    )  # fmt: skip
    brightness = 100 * random.uniform(0.5, 2.0, (ny, nx))
    clean = templates[truth].transpose(2, 0, 1) * brightness
    variance = np.broadcast_to((noise * brightness) ** 2, clean.shape)
    flux = clean + np.sqrt(variance) * random.standard_normal(clean.shape)
    return Sky(flux.astype(np.float32), variance.astype(np.float32), truth, wavelength)


def sky_header(sky: Sky) -> fits.Header:
    """MUSE-like header: celestial CD matrix, wavelengths in air."""
    header = fits.Header()
    ny, nx = sky.truth.shape
    cards = {
        "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CUNIT1": "deg", "CUNIT2": "deg", "CRVAL1": 40.66963,
        "CRVAL2": -0.01329, "CRPIX1": (nx + 1) / 2, "CRPIX2": (ny + 1) / 2, "CD1_1": -0.2 / 3600, "CD1_2": 0.0,
        "CD2_1": 0.0, "CD2_2": 0.2 / 3600, "CTYPE3": "AWAV", "CUNIT3": "Angstrom", "CRVAL3": float(sky.wavelength[0]),
        "CRPIX3": 1.0, "CD3_3": float(sky.wavelength[1] - sky.wavelength[0]), "CD1_3": 0.0, "CD2_3": 0.0, "CD3_1": 0.0,
        "CD3_2": 0.0, "BUNIT": "10**(-20)*erg/s/cm**2/Angstrom",
    }  # fmt: skip
    header.update(cards)
    return header


def write_sky(path: Path, sky: Sky, header: fits.Header | None = None) -> Path:
    """Write a cube in MUSE's layout."""
    header = header or sky_header(sky)
    primary = fits.PrimaryHDU()
    primary.header["OBJECT"] = "Test sky"
    hdus = [
        primary,
        fits.ImageHDU(sky.flux, header, name="DATA"),
        fits.ImageHDU(sky.variance, header, name="STAT"),
    ]
    fits.HDUList(hdus).writeto(path, overwrite=True)
    return path


LINES = {6548.05: 1.0, 6562.8: 3.0, 6583.45: 2.0, 6716.44: 0.8, 6730.82: 0.7}  # rest wavelength in air: flux
SPEED_OF_LIGHT = 299_792.458  # km/s


@dataclass(frozen=True)
class Galaxy(Sky):
    """A rotating disk: velocity (NY, NX) in km/s; flux of each of LINES at rest (n_lines, NY, NX)."""

    velocity: np.ndarray
    line_flux: np.ndarray


def make_galaxy(
    ny: int = 20,
    nx: int = 22,
    *,
    log: bool = False,
    noise: float = 0.0,
    sigma: float = 1.5,
    seed: int = 0,
    shift: float = 0.0,
) -> Galaxy:
    """A disk that turns at 250 km/s around z = 0.0038 + shift, in sectors with one of three ratios of the lines.

    Sectors that face each other have the same ratios and opposite velocities.
    """
    random = np.random.default_rng(seed)
    channel = np.arange(360)
    wavelength = 6400 * np.exp(1.9e-4 * channel) if log else 6400 + 1.25 * channel
    y, x = np.indices((ny, nx)) - np.array([ny - 1, nx - 1])[:, None, None] / 2
    radius = np.hypot(y, x)
    velocity = (0.0038 + shift) * SPEED_OF_LIGHT + 250 * x / np.maximum(radius, 0.5) * np.tanh(radius / 3)
    truth = (np.arctan2(y, x) // (np.pi / 3)).astype(int) % 3
    ratios = np.array([[1, 1, 1, 1, 1], [2, 0.8, 2, 1, 1], [1, 1, 1, 2.5, 2.5]])  # in each kind of sector
    line_flux = 20 * (ratios * list(LINES.values()))[truth].transpose(2, 0, 1)
    stretch = 1 + velocity / SPEED_OF_LIGHT
    low, high = (edge[:, None, None] / stretch for edge in channel_limits(wavelength))
    clean = density_at_rest(low, high, line_flux, sigma) / stretch
    variance = noise**2 * random.uniform(0.5, 2.0, clean.shape)
    flux = clean + np.sqrt(variance) * random.standard_normal(clean.shape)
    return Galaxy(flux.astype(np.float32), variance.astype(np.float32), truth, wavelength, velocity, line_flux)


def density_at_rest(low: np.ndarray, high: np.ndarray, line_flux: np.ndarray, sigma: float) -> np.ndarray:
    """Mean flux per Angstrom between two rest wavelengths: a continuum of 1 and the lines as Gaussians."""
    density = np.ones(np.broadcast_shapes(low.shape, line_flux.shape[1:]))
    for center, flux in zip(LINES, line_flux, strict=True):
        upper, lower = (erf((edge - center) / sigma / np.sqrt(2)) for edge in (high, low))
        density += flux * (upper - lower) / 2 / (high - low)
    return density


def channel_limits(wavelength: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper edges of channels: halfway between centers, symmetric around the outer ones."""
    half = np.diff(wavelength) / 2
    return wavelength - np.append(half[0], half), wavelength + np.append(half, half[-1])


def write_velocity_map(
    path: Path, values: np.ndarray, unit: str | None = "km/s", header: fits.Header | None = None
) -> Path:
    """Write an image with BUNIT, on the celestial WCS of a cube's header if one is given."""
    image = fits.Header() if header is None else WCS(header).celestial.to_header()
    if unit is not None:
        image["BUNIT"] = unit
    fits.writeto(path, values, image, overwrite=True)
    return path


def rotated_wcs() -> WCS:
    """0.2 arcsec, rotated by 20 degrees, in Galactic coordinates."""
    wcs = WCS(naxis=2)
    cos, sin = np.cos(np.radians(20)), np.sin(np.radians(20))
    wcs.wcs.ctype, wcs.wcs.crval, wcs.wcs.crpix = ["GLON-TAN", "GLAT-TAN"], [120.0, -5.0], [7, 5]
    wcs.wcs.cd = np.array([[-cos, sin], [sin, cos]]) * 0.2 / 3600
    wcs.wcs.set()
    return wcs


def rotated(angle: float, swapped: bool = False) -> WCS:
    """North `angle` degrees from up towards the left (east), 0.2 arcsec a spaxel; axes swapped on demand."""
    wcs = WCS(naxis=2)
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = np.array([[-cos, -sin], [-sin, cos]]) * 0.2 / 3600  # rows: RA, Dec
    wcs.wcs.ctype = ["DEC--TAN", "RA---TAN"] if swapped else ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix = ([10, 30] if swapped else [30, 10]), [1, 1]
    wcs.wcs.cd = matrix[::-1] if swapped else matrix
    wcs.wcs.set()
    return wcs
