"""Cubes that defaults are judged on: simulated skies, whose classes are known, and real cubes; each is made once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from astropy.io import fits
from scipy.io import loadmat

from cubeclust import SimulationSettings, Window, sample_cube, simulate
from cubeclust.io.atomic import written_aside
from cubeclust.simulation import SKIES

_REST = (Window(4800, 5050), Window(6500, 6800))  # H-beta and [OIII]; [OI] to [SII]
# Sky -> numbers of classes. They are those of the true ones; galaxies of hudf without their background are three.
SKY_CLASSES = {"ngc1068": (11,), "blobs": (6,), "hudf": (4, 3)}
_FIRST = {"all": 0, "even": 0, "odd": 1}  # of a cube's channels
_REMOVED = (*range(104, 109), *range(150, 164), 220)  # water bands of AVIRIS that `corrected` has not, from 1


class RealCube(NamedTuple):
    """A cube that exists: its number of classes, its windows, and its files below the folder of --data."""

    k: int
    windows: tuple[Window, ...]
    files: tuple[str, ...] = ()


CUBES = {
    "abell478": RealCube(8, (Window(6800, 7350),)),
    "ngc3081": RealCube(4, (Window(6550, 6848),), ("ngc3081_gmos/ngc3081_cube.fits",)),
    "indian-pines": RealCube(16, (), ("indian_pines/Indian_pines_corrected.mat", "indian_pines/Indian_pines_gt.mat")),
}


class Source(NamedTuple):
    """What a run reads.

    data      key of SKY_CLASSES or CUBES
    size      spaxels along a side of a sky, 0 for a real cube
    sky_seed  of a sky, 0 for a real cube
    channels  all, even or odd: every second one from the first or the second on
    """

    data: str
    size: int = 0
    sky_seed: int = 0
    channels: str = "all"

    @property
    def windows(self) -> tuple[Window, ...]:
        """Windows as observed; none where the whole range is all there is."""
        if self.data in CUBES:
            return CUBES[self.data].windows
        redshift = SKIES[self.data].redshift
        return () if redshift is None else tuple(Window((1 + redshift) * w.low, (1 + redshift) * w.high) for w in _REST)

    @property
    def name(self) -> str:
        """Stem of its file."""
        size = f"_{self.size}_{self.sky_seed}" if self.size else ""
        return self.data + size + ("" if self.channels == "all" else f"_{self.channels}")


def missing(data: str, folder: Path | None) -> str:
    """Which files of a real cube are not in the folder of --data, in a sentence; "" where none is missing."""
    files = CUBES[data].files
    if folder is None:
        return f"{data} is left out: give the folder of {', '.join(files)} by --data." if files else ""
    absent = [file for file in files if not (folder / file).exists()]
    return f"{data} is left out: {folder} has no {', '.join(absent)}." if absent else ""


def cube_of(source: Source, work: Path, data: Path | None) -> Path:
    """The cube in the folder `work`, made if it is not there, by one process at a time."""
    path = work / f"{source.name}.fits"
    with _alone(work / "cubes.lock"):
        if not path.exists():
            if source.channels != "all":
                _write_half(_whole(source._replace(channels="all"), work, data), path, _FIRST[source.channels])
            else:
                path = _whole(source, work, data)
    return path


def truth_of(source: Source, cube: Path) -> np.ndarray | None:
    """True classes (NY, NX) int, 0 where there is none, beside the cube of `cube_of`; None where they are unknown."""
    path = cube.with_name(f"{source._replace(channels='all').name}_truth.fits")
    return fits.getdata(path, "CLASS").astype(int) if path.exists() else None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _whole(source: Source, work: Path, data: Path | None) -> Path:
    """The cube with all channels: as it is where it exists, else made in `work`."""
    path = work / f"{source.name}.fits"
    if source.data in SKY_CLASSES and not path.exists():
        simulate(SimulationSettings(source.data, path, size=source.size, seed=source.sky_seed, overwrite=True))
    elif source.data == "abell478":
        return sample_cube()
    elif source.data in CUBES and not path.exists():
        assert data is not None, "checked by `missing`"
        files = [data / file for file in CUBES[source.data].files]
        if len(files) == 1:
            return files[0]
        write_indian_pines(*files, path)
    return path


def _write_half(whole: Path, path: Path, first: int) -> None:
    """Every second channel of all cubes of a file, from the channel `first` on."""
    with fits.open(whole) as hdus, written_aside(path) as (aside,):
        for hdu in hdus:
            if hdu.header["NAXIS"] == 3:
                hdu.data = hdu.data[first::2]
                _double_step(hdu.header, first)
        hdus.writeto(aside, output_verify="silentfix")


def _double_step(header: fits.Header, first: int) -> None:
    """Let the axis begin at the channel `first` with twice its step, if the header has one."""
    for name in ("CD3_3", "CDELT3"):
        if name in header:
            header["CRVAL3"] += (first + 1 - header["CRPIX3"]) * header[name]
            header["CRPIX3"] = 1.0
            header[name] *= 2


def write_indian_pines(flux_file: Path, classes_file: Path, path: Path) -> None:
    """The labeled pixels of AVIRIS' Indian Pines, every second one along each side, as a cube with its truth.

    Its 220 channels lie about 100 Angstrom apart from 4000 Angstrom on; those without data are NaN.
    """
    (flux,) = (values for values in loadmat(flux_file).values() if np.ndim(values) == 3)
    (classes,) = (values for values in loadmat(classes_file).values() if np.ndim(values) == 2 and np.size(values) > 1)
    flux, classes = flux[::2, ::2], classes[::2, ::2]
    kept = np.delete(np.arange(flux.shape[2] + len(_REMOVED)), np.array(_REMOVED) - 1)
    cube = np.full((len(kept) + len(_REMOVED), *classes.shape), np.nan, np.float32)
    cube[kept] = np.where(classes > 0, np.moveaxis(flux, 2, 0), np.nan)
    axis = {"CTYPE3": "WAVE", "CUNIT3": "Angstrom", "CRPIX3": 1.0, "CRVAL3": 4000.0, "CDELT3": 21000 / 219}
    images = {path: (cube, "DATA", axis), path.with_name(f"{path.stem}_truth.fits"): (classes, "CLASS", {})}
    with written_aside(*images) as asides:
        for aside, (values, name, cards) in zip(asides, images.values(), strict=True):
            image = fits.ImageHDU(values, fits.Header(cards), name=name)
            fits.HDUList([fits.PrimaryHDU(), image]).writeto(aside)
