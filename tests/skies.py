"""Cubes with a known answer."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS


@dataclass(frozen=True)
class Sky:
    """A made cube: flux and variance (n_wave, NY, NX) float32, truth (NY, NX) with regions 0..k-1."""

    flux: np.ndarray
    variance: np.ndarray
    truth: np.ndarray
    wavelength: np.ndarray


def make_sky(ny: int = 24, nx: int = 26, n_wave: int = 60, regions: int = 4, noise: float = 0.15, seed: int = 0) -> Sky:
    """Regions side by side, each with its own emission line on a continuum, brightness varying over the sky."""
    random = np.random.default_rng(seed)
    wavelength = 7500.0 + 12.5 * np.arange(n_wave)  # covers 7600:8100
    y, x = np.indices((ny, nx))
    columns = int(np.ceil(np.sqrt(regions)))
    truth = np.minimum((y * columns // ny) * columns + x * columns // nx, regions - 1)
    grid = np.linspace(0, 1, n_wave)
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


def rotated_wcs() -> WCS:
    """0.2 arcsec, rotated by 20 degrees, in Galactic coordinates."""
    wcs = WCS(naxis=2)
    cos, sin = np.cos(np.radians(20)), np.sin(np.radians(20))
    wcs.wcs.ctype, wcs.wcs.crval, wcs.wcs.crpix = ["GLON-TAN", "GLAT-TAN"], [120.0, -5.0], [7, 5]
    wcs.wcs.cd = np.array([[-cos, sin], [sin, cos]]) * 0.2 / 3600
    wcs.wcs.set()
    return wcs
