"""Class maps of the cube that a run builds on: a class that is clustered again, classes to start from."""

from pathlib import Path

import numpy as np

from cubeclust.classes.classification import Classification
from cubeclust.classes.names import Parent
from cubeclust.errors import InputError
from cubeclust.io.celestial import read_celestial
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.frames import Frame, require_same_frame
from cubeclust.io.maps.read import read_class_map


def read_parent_class(path: Path, number: int, cube_file: CubeFile) -> tuple[Parent, np.ndarray]:
    """A class of a class map of the cube, and which spaxels it has, (NY, NX) bool.

    Raises:
        InputError: no class map, one of another frame, no such class, or one without spaxels.
    """
    stored = _read_map_of(cube_file, path, "--within")
    if number > len(stored.rows):
        raise InputError(f"{path}: has no class {number}; --class takes one of 1 to {len(stored.rows)}.")
    row = stored.rows[number - 1]
    if row.n_spaxels == 0:
        raise InputError(f"{path}: class {row.label} has no spaxel on this map; --class takes one that has.")
    return Parent(str(path), number, row.name), stored.class_map.classes == number


def read_start_classes(path: Path, n_clusters: int, cube_file: CubeFile) -> np.ndarray:
    """Class numbers (NY, NX) of a class map of the cube, 0 = none.

    Raises:
        InputError: no class map, one of another frame, or of another number of classes.
    """
    stored = _read_map_of(cube_file, path, "--start-map")
    if len(stored.rows) != n_clusters:
        raise InputError(
            f"{path}: has {len(stored.rows)} classes; give --n-clusters {len(stored.rows)} to start from it."
        )
    return stored.class_map.classes


def _read_map_of(cube_file: CubeFile, path: Path, option: str) -> Classification:
    stored = read_class_map(path)
    require_same_frame(
        f"{path}: CLASSMAP",
        Frame(stored.class_map.classes.shape, stored.class_map.wcs),
        Frame(cube_file.frame, read_celestial(cube_file.header)),
        whose="the cube's",
        cure=f"{option} takes a class map of this cube",
        most=0.1,
    )
    return stored
