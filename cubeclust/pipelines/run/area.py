"""Which spaxels of a cube a run reads and clusters."""

from dataclasses import dataclass, replace

import numpy as np

from cubeclust.classes.names import Parent
from cubeclust.errors import InputError
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.cubes.read import bounding_box, crop_area
from cubeclust.io.maps.masks import read_mask
from cubeclust.io.maps.parents import read_parent_class
from cubeclust.io.maps.regions import read_region
from cubeclust.pipelines.run.parts import AreaSettings
from cubeclust.pipelines.run.redshifts import Redshifts
from cubeclust.preprocessing.spaxels import KeepArea, LeaveOut
from cubeclust.preprocessing.steps import Step
from cubeclust.quality import Quality
from cubeclust.velocities.motion import Motion


@dataclass(frozen=True)
class Area:
    """Spaxels asked for, decided before any spectrum is read.

    rows, columns   the part of the frame to be read
    steps           that leave out spaxels of that part, by their names in the log
    entering        (NY, NX) bool: what is left
    parent          the class that is clustered again; None for the whole cube
    velocities      that bring the spectra to rest; None where they stay as observed
    """

    rows: slice
    columns: slice
    steps: dict[str, Step]
    entering: np.ndarray
    parent: Parent | None
    redshifts: Redshifts | None = None

    @property
    def size(self) -> int:
        """Number of spaxels that are read."""
        return (self.rows.stop - self.rows.start) * (self.columns.stop - self.columns.start)

    def crop(self, frame: tuple[int, int]) -> tuple[int, int, int, int]:
        """Spaxels (left, right, bottom, top) of the frame (ny, nx) that are not read."""
        ny, nx = frame
        return self.columns.start, nx - self.columns.stop, self.rows.start, ny - self.rows.stop

    @property
    def motion(self) -> Motion | None:
        """Motion of the spaxels; None where the spectra stay as observed."""
        return None if self.redshifts is None else self.redshifts.motion

    def at_rest(self, redshifts: Redshifts) -> "Area":
        """The area without the spaxels whose redshifts are not used; InputError where none is left."""
        if not redshifts.entering.any():
            counts = ", ".join(f"{count:,} {name}" for name, count in redshifts.dropped.items()) or "none with data"
            raise InputError(
                f"{redshifts.option} has no velocity in the area that is left ({counts}); "
                "widen --crop or loosen --mask."
            )
        steps = {**self.steps, redshifts.name: LeaveOut(redshifts.quality)}
        return replace(self, steps=steps, entering=redshifts.entering, redshifts=redshifts)


def choose_area(cube_file: CubeFile, asked: AreaSettings) -> Area:
    """Spaxels of --crop, --region and the class of --within that --mask does not leave out.

    Raises:
        InputError: a file that does not fit the cube, nothing inside.
    """
    rows, columns = crop_area(cube_file, asked.crop)
    reasons = np.full(cube_file.frame, Quality.CROPPED, np.int32)
    reasons[rows, columns] = 0
    steps: dict[str, Step] = {}
    parent = None
    if asked.region is not None:
        reasons[~read_region(asked.region, cube_file)] = Quality.CROPPED
        steps[f"region {asked.region}"] = KeepArea(reasons.copy())
        fault = f"{asked.region}: holds the center of no spaxel that --crop leaves"
        rows, columns = _box(reasons, fault, "check its coordinates against the cube's")
    if asked.within is not None and asked.class_number is not None:
        parent, members = read_parent_class(asked.within, asked.class_number, cube_file)
        reasons[(reasons == 0) & ~members] = Quality.OTHER_CLASS
        steps[f"class {parent.number} {parent.name} of {parent.map}"] = KeepArea(reasons)
        fault = f"{parent.map}: class {parent.number} {parent.name} has no spaxel in --crop and --region"
        rows, columns = _box(reasons, fault, "widen them or name another --class")
    entering = reasons == 0
    if asked.mask is not None:
        masked = read_mask(asked.mask, cube_file.frame)
        steps[f"mask {asked.mask}"] = LeaveOut(np.where(masked, Quality.MASKED, 0))
        entering &= ~masked
    return Area(rows, columns, steps, entering, parent)


def _box(reasons: np.ndarray, fault: str, cure: str) -> tuple[slice, slice]:
    """Rows and columns that hold all spaxels without a reason to leave them out; InputError where there are none."""
    box = bounding_box(reasons == 0)
    if box is None:
        raise InputError(f"{fault}; {cure}.")
    return box
