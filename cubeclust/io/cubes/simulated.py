"""Made cubes and their truth in MUSE's layout: written plane by plane, whatever their size."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from astropy.io import fits
from astropy.table import Table

from cubeclust.io.atomic import os_errors_explained
from cubeclust.io.map_hdus import SOFTWARE, Provenance, image_hdu, primary_hdu

_UNIT = "10**(-20)*erg/s/cm**2/Angstrom"
_CTYPE = {"air": "AWAV", "vacuum": "WAVE"}
_BLOCK = 2880  # bytes; FITS standard 4.0, section 3.1
_PLACE = (40.669629, -0.013281)  # right ascension and declination of NGC 1068, degrees (NED)


@dataclass(frozen=True)
class MadeFrame:
    """Frame of a made cube: (n_wave, NY, NX), first wavelength and step in Angstrom, medium; what it shows; HISTORY."""

    shape: tuple[int, int, int]
    start: float
    step: float
    medium: str
    title: str
    history: tuple[str, ...]

    def primary(self) -> fits.PrimaryHDU:
        """Primary HDU without data."""
        cards: dict[str, tuple[str | int, str]] = {
            "INSTRUME": ("MUSE", "instrument that is imitated"),
            "OBJECT": (self.title, ""),
            "ORIGIN": (SOFTWARE, "simulated, not observed"),
        }
        return primary_hdu(Provenance(cards, self.history))

    def celestial(self) -> fits.Header:
        """Cards of the celestial axes: 0.2 arcsec, north up, around NGC 1068."""
        ny, nx = self.shape[1:]
        cards = {
            "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CUNIT1": "deg", "CUNIT2": "deg", "CRVAL1": _PLACE[0],
            "CRVAL2": _PLACE[1], "CRPIX1": (nx + 1) / 2, "CRPIX2": (ny + 1) / 2, "CD1_1": -0.2 / 3600, "CD1_2": 0.0,
            "CD2_1": 0.0, "CD2_2": 0.2 / 3600, "RADESYS": "ICRS",
        }  # fmt: skip
        return fits.Header(cards)

    def cube_header(self, name: str, unit: str) -> fits.Header:
        """Header of an extension with a cube."""
        n_wave, ny, nx = self.shape
        header = fits.ImageHDU(np.zeros((1, 1, 1), np.float32), name=name).header
        header["NAXIS1"], header["NAXIS2"], header["NAXIS3"] = nx, ny, n_wave
        header.update(self.celestial())
        spectral = {"CTYPE3": _CTYPE[self.medium], "CUNIT3": "Angstrom", "CRPIX3": 1.0, "CRVAL3": self.start}
        crossed = dict.fromkeys(("CD1_3", "CD2_3", "CD3_1", "CD3_2"), 0.0)
        header.update(spectral | {"CD3_3": self.step} | crossed | {"BUNIT": unit})
        return header


@dataclass(frozen=True)
class MadeCube:
    """A cube being written: where DATA and STAT begin in the file."""

    stream: BinaryIO
    plane: int  # bytes
    data: int
    stat: int

    def put(self, first: int, flux: np.ndarray, variance: np.ndarray) -> None:
        """Write planes of flux and variance (n, NY, NX) from plane `first` on."""
        for offset, planes in ((self.data, flux), (self.stat, variance)):
            self.stream.seek(offset + first * self.plane)
            self.stream.write(planes.astype(">f4").tobytes())


@contextmanager
def written_cube(path: Path, frame: MadeFrame) -> Iterator[MadeCube]:
    """Yield a cube whose planes are to be put; InputError where the disk does not take them."""
    n_wave, ny, nx = frame.shape
    size = 4 * n_wave * ny * nx
    headers = [
        frame.primary().header,
        frame.cube_header("DATA", _UNIT),
        frame.cube_header("STAT", f"({_UNIT})**2"),
    ]
    primary, data, stat = (header.tostring().encode("ascii") for header in headers)
    begin = len(primary) + len(data)
    second = begin + size + -size % _BLOCK
    explained = os_errors_explained(
        f"{path.parent}: cannot write the cube", "free disk space there or choose another --output"
    )
    with explained, path.open("wb") as stream:
        stream.write(primary + data)
        stream.seek(second)
        stream.write(stat)
        yield MadeCube(stream, 4 * ny * nx, begin, second + len(stat))
        stream.truncate(second + len(stat) + size + -size % _BLOCK)


def write_truth(
    path: Path,
    frame: MadeFrame,
    images: Mapping[str, tuple[np.ndarray, str, str]],
    kinds: Sequence[tuple[str, str]],
    redshift: float | None,
) -> None:
    """Write images (values, unit, content) of the frame and the table CLASSES of kinds (name, description).

    The primary has ZSYS, the redshift that velocities are about, where the sky has one.
    """
    primary = frame.primary()
    if redshift is not None:
        primary.header["ZSYS"] = (redshift, "systemic redshift, z = v / c")
    hdus: list[fits.hdu.base.ExtensionHDU] = []
    for name, (values, unit, content) in images.items():
        narrow = values.astype(np.float32) if values.dtype == np.float64 else values
        hdus.append(image_hdu(name, narrow, frame.celestial(), content, unit))
    rows = [(number, *kind) for number, kind in enumerate(kinds, start=1)]
    hdus.append(fits.table_to_hdu(Table(rows=rows, names=("CLASS", "NAME", "DESCRIPTION"))))
    hdus[-1].name = "CLASSES"
    fits.HDUList([primary, *hdus]).writeto(path, checksum=True)
