"""Reading the part of a cube that is asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from astropy.io import fits

from cubeclust.cube import Cube
from cubeclust.errors import InputError
from cubeclust.io import fits_files
from cubeclust.io.cubes import layouts
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.runtime import memory

_PLANES = 16  # from which the size of the flux is estimated
Advance = Callable[[str, int, int], None]  # role of the HDU, planes done, planes in all


def crop_area(cube_file: CubeFile, crop: tuple[int, int, int, int]) -> tuple[slice, slice]:
    """Rows and columns left after cutting (left, right, bottom, top) spaxels off the borders."""
    left, right, bottom, top = crop
    ny, nx = cube_file.frame
    if left + right >= nx or bottom + top >= ny:
        raise InputError(
            f"{cube_file.path}: --crop {left},{right},{bottom},{top} leaves nothing of {nx} x {ny} spaxels."
        )
    return slice(bottom, ny - top), slice(left, nx - right)


def bounding_box(inside: np.ndarray) -> tuple[slice, slice] | None:
    """Rows and columns that hold all that is inside (NY, NX bool), None where nothing is."""
    y, x = np.nonzero(inside)
    if not len(y):
        return None
    return slice(int(y.min()), int(y.max()) + 1), slice(int(x.min()), int(x.max()) + 1)


def read_cube(
    cube_file: CubeFile,
    rows: slice,
    columns: slice,
    channels: np.ndarray,
    advance: Advance = lambda role, done, total: None,
    *,
    scale: float | None = None,
) -> Cube:
    """Read some channels (n_wave,) bool of an area, by blocks of planes, as float32.

    Infinite samples and those that the quality HDU flags become NaN. Flux far from unity (1e-16 erg/s/cm2/A)
    is divided by a power of ten, which the unit then names, so that squares stay within float32; by `scale` where that
    is given, as for parts of one cube.

    Raises:
        InputError: damaged data, or nothing finite that differs from zero.
    """
    from cubeclust.io.celestial import read_celestial

    roles = cube_file.hdus
    area = (rows.stop - rows.start, columns.stop - columns.start, int(channels.sum()))
    with fits_files.open_hdus(cube_file.path, checked=True) as hdus:
        slabs = _SlabReader(cube_file, hdus, rows, columns, channels, advance)
        flux = np.empty(area, np.float32)  # (ny, nx, n_wave): each spectrum contiguous
        for place, slab in slabs.of("flux"):
            with np.errstate(over="ignore"):
                single = slab.astype(np.float32)
            flux[..., place] = np.where(np.isfinite(single), single, np.nan)
        if "quality" in roles:
            for place, slab in slabs.of("quality"):
                flux[..., place][cube_file.rejects(slab)] = np.nan
        scale = _power_of_ten(cube_file.path, flux) if scale is None else scale
        if scale != 1:
            flux /= np.float32(scale)
        variance = np.empty(area, np.float32) if "variance" in roles else None
        if variance is not None:
            for place, slab in slabs.of("variance"):
                variance[..., place] = to_variance(slab, cube_file.variance_kind, scale)
        masked = slabs.mask() if "mask" in roles else None
    return Cube(
        flux=flux.transpose(2, 0, 1),
        variance=None if variance is None else variance.transpose(2, 0, 1),
        wavelength=cube_file.wavelength[channels],
        frame=cube_file.frame,
        origin=(rows.start, columns.start),
        wcs=read_celestial(cube_file.header),
        masked=masked,
        unit=cube_file.unit if scale == 1 else f"{scale:.0e} {cube_file.unit}".strip(),
        medium=cube_file.axis.medium,
    )


@dataclass(frozen=True)
class _SlabReader:
    """Reads an HDU by blocks of neighboring planes."""

    cube_file: CubeFile
    hdus: fits.HDUList
    rows: slice
    columns: slice
    channels: np.ndarray
    advance: Advance

    def of(self, role: str) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield the place among the chosen channels and the samples (ny, nx, planes) of each block."""
        with fits_files.damage_reported(self.cube_file.path):
            hdu = fits_files.image_hdus(self.hdus, 3)[self.cube_file.hdus[role]]
        plane_bytes = 4 * self.cube_file.frame[0] * self.cube_file.frame[1]
        n_channels = int(self.channels.sum())
        for start, stop, place in plane_runs(self.channels, memory.rows_per_block(plane_bytes)):
            with fits_files.damage_reported(self.cube_file.path):
                slab = hdu.section[start:stop, self.rows]
            yield slice(place, place + stop - start), slab[:, :, self.columns].transpose(1, 2, 0)
            self.advance(role, place + stop - start, n_channels)

    def mask(self) -> np.ndarray:
        """Where the 2-D mask of the file rejects spaxels of the area."""
        with fits_files.damage_reported(self.cube_file.path):
            hdu = fits_files.image_hdus(self.hdus, 2)[self.cube_file.hdus["mask"]]
            return np.asarray(hdu.data)[self.rows, self.columns] != 0


def plane_runs(channels: np.ndarray, longest: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, stop, place) of runs of chosen neighbors, none longer than `longest`.

    place counts the chosen channels before the run.
    """
    chosen = np.flatnonzero(channels)
    runs = np.split(chosen, np.flatnonzero(np.diff(chosen) > 1) + 1) if len(chosen) else []
    place = 0
    for run in runs:
        for first in range(0, len(run), longest):
            part = run[first : first + longest]
            yield int(part[0]), int(part[-1]) + 1, place
            place += len(part)


def flux_scale(cube_file: CubeFile) -> float:
    """Power of ten by which flux is divided, from planes spread over all of the cube."""
    chosen = np.zeros(cube_file.shape[0], bool)
    chosen[np.linspace(0, len(chosen) - 1, _PLANES).astype(int)] = True
    ny, nx = cube_file.frame
    of_flux = {role: hdu for role, hdu in cube_file.hdus.items() if role != "variance"}
    cube = read_cube(replace(cube_file, hdus=of_flux), slice(0, ny), slice(0, nx), chosen, scale=1.0)
    return _power_of_ten(cube_file.path, cube.flux)


def _power_of_ten(path: Path, flux: np.ndarray) -> float:
    """Power of ten to divide by: that of the median |flux| where it lies outside 1e-6..1e6, else 1."""
    lines = flux[:: max(1, len(flux) // 16)]
    if not np.any(lines[np.isfinite(lines)]):
        lines = flux
    sizes = np.abs(lines[np.isfinite(lines) & (lines != 0)], dtype=np.float64)
    if not len(sizes):
        raise InputError(
            f"{path}: no finite flux other than zero in the part asked for; check --window, --crop and the file."
        )
    typical = float(np.median(sizes))
    return 1.0 if 1e-6 <= typical <= 1e6 else 10.0 ** np.floor(np.log10(typical))


def to_variance(slab: np.ndarray, kind: layouts.VarianceKind | None, scale: float = 1.0) -> np.ndarray:
    """Variance in the square of the scaled flux unit; NaN where the file's value is not positive and finite."""
    values = np.asarray(slab, np.float64)
    with np.errstate(all="ignore"):
        if kind == "std":
            values = (values / scale) ** 2
        elif kind == "ivar":
            values = 1 / (values * scale**2)
        else:
            values = values / scale**2
        return np.where(np.isfinite(values) & (values > 0), values, np.nan)
