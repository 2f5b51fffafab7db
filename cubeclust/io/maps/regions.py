"""Areas of the sky from DS9 region files."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from astropy.utils.exceptions import AstropyUserWarning

from cubeclust.errors import InputError
from cubeclust.io.celestial import read_celestial
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.runtime.packages import require_package

_SHAPES = "circles, ellipses, boxes, polygons or annuli in fk5, icrs, galactic or image coordinates"


def read_region(path: Path, cube_file: CubeFile) -> np.ndarray:
    """Spaxels whose center lies in a shape that the file includes and in none that it excludes, (NY, NX) bool.

    Sky shapes are placed by the cube's celestial WCS; image coordinates are DS9's, whose first pixel is 1.

    Raises:
        InputError: a file that cannot be read, that has no shape with an area, or sky shapes without a sky; no package
            regions.
    """
    require_package("regions", "--region")
    from regions import PixCoord

    y, x = np.indices(cube_file.frame)
    areas: dict[bool, list[np.ndarray]] = {True: [], False: []}
    for shape in _on_pixels([shape for shape in _read(path) if _has_area(shape)], path, cube_file):
        included = bool(shape.meta.get("include", True))
        shape.meta["include"] = True  # before its version 0.12, regions inverted excluded shapes
        areas[included].append(np.asarray(shape.contains(PixCoord(x, y)), bool))
    if not areas[True]:
        raise InputError(f"{path}: includes no shape with an area; --region takes {_SHAPES}.")
    return np.any(areas[True], axis=0) & ~np.any([np.zeros(cube_file.frame, bool), *areas[False]], axis=0)


def _read(path: Path) -> list[Any]:
    """All shapes of the file; what the regions package would pass over with a warning is an error."""
    from regions import Regions

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", AstropyUserWarning)
            return list(Regions.parse(path.read_text(), format="ds9"))
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}); check --region.") from error
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, Warning) as error:
        reason = " ".join(str(error).split()).removesuffix(".").removesuffix(", skipping")
        raise InputError(f"{path}: cannot be read as DS9 regions ({reason}); --region takes {_SHAPES}.") from error


def _has_area(shape: Any) -> bool:
    return not any(word in type(shape).__name__ for word in ("Point", "Line", "Text"))


def _on_pixels(shapes: list[Any], path: Path, cube_file: CubeFile) -> list[Any]:
    """The shapes on the cube's pixels, counted from 0."""
    from regions import SkyRegion

    if not any(isinstance(shape, SkyRegion) for shape in shapes):
        return shapes
    wcs = read_celestial(cube_file.header)
    if wcs is None:
        raise InputError(
            f"{path}: is in sky coordinates but {cube_file.path} has no celestial WCS; save it in image coordinates."
        )
    return [shape.to_pixel(wcs) if isinstance(shape, SkyRegion) else shape for shape in shapes]
