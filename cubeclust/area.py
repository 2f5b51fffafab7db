"""Which spaxels of a cube are asked for."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cubeclust.class_names import Parent
from cubeclust.errors import InputError
from cubeclust.io.cube_files import CubeFile
from cubeclust.io.cubes import bounding_box, crop_area
from cubeclust.io.masks import read_mask
from cubeclust.io.parent_classes import read_parent_class
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
    parent          the class that is clustered again; None for the whole cube
    """

    rows: slice
    columns: slice
    steps: dict[str, Step]
    entering: np.ndarray
    z: np.ndarray | None
    parent: Parent | None

    @property
    def size(self) -> int:
        """Number of spaxels that are read."""
        return (self.rows.stop - self.rows.start) * (self.columns.stop - self.columns.start)


def choose_area(cube_file: CubeFile, settings: RunSettings) -> Area:
    """Spaxels of --crop, --region and the class of --within that neither --mask nor --velocity-map leaves out.

    Raises:
        InputError: a file that does not fit the cube, nothing inside.
    """
    rows, columns = crop_area(cube_file, settings.crop)
    reasons = np.full(cube_file.frame, Quality.CROPPED, np.int32)
    reasons[rows, columns] = 0
    steps: dict[str, Step] = {}
    parent = None
    if settings.region is not None:
        reasons[~read_region(settings.region, cube_file)] = Quality.CROPPED
        steps[f"region {settings.region}"] = KeepArea(reasons.copy())
        fault = f"{settings.region}: holds the center of no spaxel that --crop leaves"
        rows, columns = _box(reasons, fault, "check its coordinates against the cube's")
    if settings.within is not None and settings.class_number is not None:
        parent, members = read_parent_class(settings.within, settings.class_number, cube_file)
        reasons[(reasons == 0) & ~members] = Quality.OTHER_CLASS
        steps[f"class {parent.number} {parent.name} of {parent.map}"] = KeepArea(reasons)
        fault = f"{parent.map}: class {parent.number} {parent.name} has no spaxel in --crop and --region"
        rows, columns = _box(reasons, fault, "widen them or name another --class")
    entering = reasons == 0
    masks, z = _masks(cube_file, settings)
    for mask in masks.values():
        entering &= ~mask.masked
    if z is not None:  # redshifts of spaxels without data must not narrow the range that all of them share
        entering &= spaxels_with_data(cube_file)
    return Area(rows, columns, {**steps, **masks}, entering, z, parent)


def _box(reasons: np.ndarray, fault: str, cure: str) -> tuple[slice, slice]:
    """Rows and columns that hold all spaxels without a reason to leave them out; InputError where there are none."""
    box = bounding_box(reasons == 0)
    if box is None:
        raise InputError(f"{fault}; {cure}.")
    return box


def _masks(cube_file: CubeFile, settings: RunSettings) -> tuple[dict[str, MaskSpaxels], np.ndarray | None]:
    """Steps that leave out spaxels by an image, and the redshifts."""
    masks, z = {}, None
    if settings.mask is not None:
        masks[f"mask {settings.mask}"] = MaskSpaxels(read_mask(settings.mask, cube_file.frame))
    if settings.velocity_map is not None:
        velocity = read_velocity_map(
            settings.velocity_map,
            cube_file,
            hdu_name=settings.velocity_hdu,
            unit=settings.velocity_unit,
            zero=settings.velocity_zero,
        )
        name = f"velocity map {settings.velocity_map}, {velocity}"
        masks[name], z = MaskSpaxels(np.isnan(velocity.z), Quality.NO_VELOCITY), velocity.z
    return masks, z
