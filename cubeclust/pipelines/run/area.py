"""Which spaxels of a cube are asked for."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from cubeclust.classes.names import Parent
from cubeclust.errors import InputError
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.cubes.read import bounding_box, crop_area
from cubeclust.io.maps.masks import read_mask
from cubeclust.io.maps.parents import read_parent_class
from cubeclust.io.maps.regions import read_region
from cubeclust.pipelines.run.redshifts import Velocities
from cubeclust.pipelines.run.settings import RunSettings
from cubeclust.preprocessing.spaxels import KeepArea, LeaveOut
from cubeclust.quality import Quality
from cubeclust.spectra import Spectra
from cubeclust.velocities.motion import Motion


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
    parent          the class that is clustered again; None for the whole cube
    velocities      that bring the spectra to rest; None where they stay as observed
    """

    rows: slice
    columns: slice
    steps: dict[str, Step]
    entering: np.ndarray
    parent: Parent | None
    velocities: Velocities | None = None

    @property
    def size(self) -> int:
        """Number of spaxels that are read."""
        return (self.rows.stop - self.rows.start) * (self.columns.stop - self.columns.start)

    @property
    def motion(self) -> Motion | None:
        """Motion of the spaxels; None where the spectra stay as observed."""
        return None if self.velocities is None else self.velocities.motion

    def at_rest(self, velocities: Velocities) -> "Area":
        """The area without the spaxels whose velocities are not to be used; InputError where none is left."""
        if not velocities.entering.any():
            counts = ", ".join(f"{count:,} {name}" for name, count in velocities.dropped.items()) or "none with data"
            raise InputError(
                f"{velocities.option} has no velocity in the area that is left ({counts}); "
                "widen --crop or loosen --mask."
            )
        steps = {**self.steps, velocities.name: LeaveOut(velocities.quality)}
        return replace(self, steps=steps, entering=velocities.entering, velocities=velocities)


def choose_area(cube_file: CubeFile, settings: RunSettings) -> Area:
    """Spaxels of --crop, --region and the class of --within that --mask does not leave out.

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
    if settings.mask is not None:
        masked = read_mask(settings.mask, cube_file.frame)
        steps[f"mask {settings.mask}"] = LeaveOut(np.where(masked, Quality.MASKED, 0))
        entering &= ~masked
    return Area(rows, columns, steps, entering, parent)


def _box(reasons: np.ndarray, fault: str, cure: str) -> tuple[slice, slice]:
    """Rows and columns that hold all spaxels without a reason to leave them out; InputError where there are none."""
    box = bounding_box(reasons == 0)
    if box is None:
        raise InputError(f"{fault}; {cure}.")
    return box
