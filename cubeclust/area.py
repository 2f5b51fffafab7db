"""Which spaxels of a cube are asked for."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.cube_files import CubeFile
from cubeclust.io.cubes import bounding_box, crop_area
from cubeclust.io.masks import read_mask
from cubeclust.io.region_files import read_region
from cubeclust.io.survey import spaxels_with_data
from cubeclust.io.velocity_maps import read_velocity_map
from cubeclust.preprocessing.selection import KeepArea, MaskSpaxels
from cubeclust.quality import Quality
from cubeclust.run_settings import RunSettings
from cubeclust.spectra import Spectra


class Step(Protocol):
    """A step of the preprocessing."""

    def apply(self, spectra: Spectra) -> Spectra:
        """Return the spectra after the step; the input stays as it is."""


@dataclass(frozen=True)
class Area:
    """Spaxels asked for, decided before any spectrum is read.

    rows, columns   the part of the frame to be read
    steps           what leaves out spaxels of that part, by what the log calls it
    entering        (NY, NX) bool: what is left
    z               (NY, NX) redshifts, NaN where unknown; None without a velocity map
    """

    rows: slice
    columns: slice
    steps: dict[str, Step]
    entering: np.ndarray
    z: np.ndarray | None

    @property
    def size(self) -> int:
        """Number of spaxels that are read."""
        return (self.rows.stop - self.rows.start) * (self.columns.stop - self.columns.start)


def choose_area(cube_file: CubeFile, settings: RunSettings) -> Area:
    """Spaxels inside --crop and --region that neither --mask nor --velocity-map leaves out.

    Raises:
        InputError: a file that does not fit the cube, nothing inside.
    """
    rows, columns = crop_area(cube_file, settings.crop)
    steps: dict[str, Step] = {}
    entering = np.zeros(cube_file.frame, bool)
    if settings.region is not None:
        inside = read_region(settings.region, cube_file)
        box = bounding_box(inside, rows, columns)
        if box is None:
            raise InputError(
                f"{settings.region}: holds the center of no spaxel that --crop leaves; "
                "check its coordinates against the cube's."
            )
        rows, columns = box
        steps[f"region {settings.region}"] = KeepArea(inside)
        entering[rows, columns] = inside[rows, columns]
    else:
        entering[rows, columns] = True
    masks, z = _masks(cube_file, settings)
    for mask in masks.values():
        entering &= ~mask.masked
    if z is not None:  # redshifts of spaxels without data must not narrow the range that all of them share
        entering &= spaxels_with_data(cube_file)
    return Area(rows, columns, {**steps, **masks}, entering, z)


def _masks(cube_file: CubeFile, settings: RunSettings) -> tuple[dict[str, MaskSpaxels], np.ndarray | None]:
    """Steps that leave out spaxels by an image, and the redshifts."""
    masks, z = {}, None
    if settings.mask is not None:
        masks[f"mask {settings.mask}"] = MaskSpaxels(read_mask(settings.mask, cube_file.frame))
    if settings.velocity_map is not None:
        velocity = read_velocity_map(
            settings.velocity_map, cube_file, hdu_name=settings.velocity_hdu, unit=settings.velocity_unit
        )
        name = f"velocity map {settings.velocity_map}, {velocity.hdu} in {velocity.unit}"
        masks[name], z = MaskSpaxels(np.isnan(velocity.z), Quality.NO_VELOCITY), velocity.z
    return masks, z
