"""The velocity field of a cube by its own spectra."""

from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np

from cubeclust.io.celestial import read_celestial
from cubeclust.io.cubes.cube_file import CubeFile
from cubeclust.io.cubes.read import crop_area
from cubeclust.io.cubes.row_blocks import RowBlocks
from cubeclust.io.maps.masks import read_mask
from cubeclust.kinematics.judgement import Judged, Limits, faint, judged
from cubeclust.kinematics.measure import Instrument, Measured
from cubeclust.pipelines.redshift.bins import binned_spectra, faint_bins
from cubeclust.pipelines.redshift.parts import MeasurementSettings, RectangleSettings
from cubeclust.pipelines.redshift.spectrograph import (
    Search,
    first_look,
    instrument_of,
    line_profile,
    measured,
    systemic_redshift,
)
from cubeclust.runtime import memory
from cubeclust.runtime.packages import require_package
from cubeclust.runtime.progress import Progress
from cubeclust.spectroscopy.doppler import LIGHT_SPEED, about, stretch
from cubeclust.spectroscopy.lines import vacuum_to_air
from cubeclust.velocities.field import VelocityField
from cubeclust.velocities.flags import Tracer, VelocityFlag

Record = TypeVar("Record", Measured, Judged)
_WORK = 2**30  # bytes that measuring takes beside the spectra


@dataclass(frozen=True)
class MeasuredSpaxels:
    """Measured spaxels: their y, x (n,), what was measured and how it is judged."""

    y: np.ndarray
    x: np.ndarray
    measured: Measured
    judged: Judged


def measure_field(blocks: RowBlocks, asked: MeasurementSettings, search: Search) -> VelocityField:
    """Velocities by the lines of each spaxel, about the redshift asked for or, without one, about their median.

    Raises:
        InputError: no line in range, no spaxel with data.
    """
    light = first_look(blocks)
    z, confidence = systemic_redshift(light, asked.systemic, search)
    instrument = instrument_of(light, z, search)
    search.progress.say(_matched_lines(instrument))
    rows, bins = _measured_rows(blocks, instrument, search), None
    if asked.bin is not None:
        bins = _bins(rows, asked.bin, blocks.cube_file)
        rows = _with_bins(rows, bins, blocks, instrument, search)
    field = replace(_field(rows, instrument, blocks.cube_file, blocks.scale), bins=bins, confidence=confidence)
    return field if asked.systemic is not None else _about_median(field)


def search_of(
    asked: MeasurementSettings, cube_file: CubeFile, limits: Limits, device: str, progress: Progress
) -> Search:
    """How the velocities of a cube are searched; InputError where the package powerbin, for bins, is not installed."""
    if asked.bin is not None:
        require_package("powerbin", "--bin")
    medium, profile = _medium(asked.medium, cube_file, progress), line_profile(cube_file.layout, asked.lsf)
    return Search(str(cube_file.path), medium, asked.search, limits, profile, device, progress)


def _medium(asked: str | None, cube_file: CubeFile, progress: Progress) -> str:
    """Medium of the wavelengths; where neither user nor header state it, air, announced with the size of the error."""
    if asked is not None:
        return asked
    if cube_file.axis.medium != "unknown":
        return cube_file.axis.medium
    middle = np.array(np.median(cube_file.wavelength))
    error = (float(middle) / float(vacuum_to_air(middle)) - 1) * LIGHT_SPEED
    progress.say(
        f"wavelengths are taken to be in air; if they are in vacuum, every velocity is {error:.0f} km/s too high: "
        "state it by --medium"
    )
    return "air"


def row_blocks(rectangle: RectangleSettings, budget: int, cube_file: CubeFile, progress: Progress) -> RowBlocks:
    """Blocks of the spaxels asked for, as high as the memory budget (bytes) allows; the need is announced.

    Raises:
        InputError: a mask that does not fit the cube, too little memory for one row.
    """
    excluded = np.zeros(cube_file.frame, bool)
    if rectangle.mask is not None:
        excluded = read_mask(rectangle.mask, cube_file.frame)
    left = int(budget - memory.LIBRARIES - _WORK)
    blocks = RowBlocks.of(cube_file, crop_area(cube_file, rectangle.crop), excluded, left, progress)
    blocks.require_room()
    need = memory.LIBRARIES + _WORK + min(blocks.need, blocks.height * blocks.row_bytes)
    progress.say(
        f"memory: about {memory.readable(need)} needed, {memory.readable(budget)} allowed, "
        f"{blocks.height} rows of spaxels at a time"
    )
    return blocks


def _matched_lines(instrument: Instrument) -> str:
    """The lines that are matched, in words."""
    lines, absorption, matched = instrument.lines, instrument.absorption, []
    if len(lines):
        matched.append(f"emission lines from {lines.names[0]} to {lines.names[-1]} ({len(lines)})")
    if absorption is not None:
        matched.append(f"absorption lines {absorption.width:.0f} km/s wide ({len(absorption.rest)})")
    return f"matched at once: {' and '.join(matched)}"


def _measured_rows(blocks: RowBlocks, instrument: Instrument, search: Search) -> MeasuredSpaxels:
    """Every spectrum of the blocks."""
    parts: list[Measured] = []
    y: list[np.ndarray] = []
    x: list[np.ndarray] = []
    for spectra in blocks:
        parts.append(measured(spectra, instrument, search, "velocities", sum(map(len, y))))
        y.append(spectra.y)
        x.append(spectra.x)
    all_of = Measured.joined(parts)
    return MeasuredSpaxels(
        np.concatenate(y), np.concatenate(x), all_of, judged(all_of, search.limits, instrument.search)
    )


def _bins(rows: MeasuredSpaxels, target: float, cube_file: CubeFile) -> np.ndarray:
    """Image (NY, NX) of the bins of faint spaxels, -1 for none."""
    image = np.full(cube_file.frame, -1, np.int32)
    image[rows.y, rows.x] = faint_bins(rows.y, rows.x, rows.measured, faint(rows.judged.flag), target)
    return image


def _with_bins(
    rows: MeasuredSpaxels, bins: np.ndarray, blocks: RowBlocks, instrument: Instrument, search: Search
) -> MeasuredSpaxels:
    """Rows of which those in bins (NY, NX) have what their bin shows, flagged as such."""
    numbers = bins[rows.y, rows.x]
    inside = np.flatnonzero(numbers >= 0)
    if not len(inside):
        search.progress.say("no faint spaxel shows enough light for a bin")
        return rows
    spectra = binned_spectra(blocks, bins)
    search.progress.say(f"{len(inside)} faint spaxels are measured in {len(spectra)} bins")
    of_bins = measured(spectra, instrument, search, "bins")
    verdict = judged(of_bins, search.limits, instrument.search)
    verdict.flag[:] |= int(VelocityFlag.BINNED)
    index = numbers[inside]
    return replace(
        rows,
        measured=_replaced(rows.measured, of_bins, inside, index),
        judged=_replaced(rows.judged, verdict, inside, index),
    )


def _replaced(mine: Record, theirs: Record, inside: np.ndarray, index: np.ndarray) -> Record:
    """A record of arrays whose rows `inside` are those at `index` of another one."""
    values = {}
    for f in fields(mine):
        values[f.name] = getattr(mine, f.name).copy()
        values[f.name][inside] = getattr(theirs, f.name)[index]
    return type(mine)(**values)


def _field(rows: MeasuredSpaxels, instrument: Instrument, cube_file: CubeFile, scale: float) -> VelocityField:
    """Images of what is known of each spaxel."""

    def image(values: np.ndarray, fill: float, dtype: type = np.float32) -> np.ndarray:
        frame: np.ndarray = np.full(cube_file.frame, fill, dtype)
        frame[rows.y, rows.x] = values
        return frame

    verdict = rows.judged
    fluxes, errors = (
        {name: image(values[:, line] * scale, np.nan) for line, name in enumerate(instrument.lines.names)}
        for values in (rows.measured.flux, rows.measured.flux_error)
    )
    return VelocityField(
        velocity=image(verdict.velocity, np.nan),
        error=image(verdict.error, np.nan),
        sigma=image(verdict.sigma, np.nan),
        snr=image(verdict.snr, np.nan),
        n_lines=image(verdict.n_lines, 0, np.int16),
        flag=image(verdict.flag, VelocityFlag.NO_VELOCITY, np.int32),
        systemic=instrument.z,
        medium=instrument.medium,
        wcs=read_celestial(cube_file.header),
        fluxes=fluxes,
        flux_errors=errors,
        flux_unit=f"{cube_file.unit}*Angstrom" if cube_file.unit else "",
        tracer=image(verdict.tracer, Tracer.NOTHING, np.uint8),
    )


def _about_median(field: VelocityField) -> VelocityField:
    """The same velocities about the median of those that do not mislead."""
    good = field.velocity[~field.misleading]
    if not len(good):
        return field
    middle = float(np.median(good))
    systemic = stretch(middle, field.systemic) - 1
    return replace(field, systemic=systemic, velocity=about(field.velocity, field.systemic, systemic))
