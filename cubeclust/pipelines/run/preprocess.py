"""From a plan to the features that a method clusters."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cubeclust.errors import InputError
from cubeclust.io.cubes.read import read_cube
from cubeclust.pipelines.run.plan import Plan
from cubeclust.preprocessing.scaling import FAINT_FIELD, SCALINGS, Scaling
from cubeclust.quality import MEANING, counts
from cubeclust.runtime.progress import Progress
from cubeclust.spectra import Spectra

_LARGEST = 1e15  # feature whose square, summed over a large cube, still fits float32


@dataclass(frozen=True)
class Prepared:
    """Spectra ready for a method.

    spectra is normalized but unscaled, features scaled, and those that enter a fit come first in both; white_light
    (NY, NX) is the mean flux read, in flux_unit; log has a sentence for each step with what it left.
    """

    spectra: Spectra
    features: Spectra
    scaling: Scaling
    white_light: np.ndarray
    flux_unit: str
    log: tuple[str, ...]


def prepare(plan: Plan, progress: Progress, timed: Callable[[str], None]) -> Prepared:
    """Read the cube and carry out the steps; `timed` takes the name of a stage at its end.

    Raises:
        InputError: nothing is left to cluster.
    """
    cube = read_cube(
        plan.cube_file,
        plan.area.rows,
        plan.area.columns,
        plan.channels.read,
        lambda role, done, total: progress.advance(f"read {role}", done, total),
    )
    white_light, flux_unit, has_sky = cube.white_light(), cube.unit, cube.wcs is not None
    spectra = Spectra.of(cube)
    del cube
    timed("read")
    log = [f"read {_part(plan)}: {len(spectra)} spectra with data, {spectra.n_wave} channels"]
    if not has_sky:
        log.append("no celestial WCS: areas and positions are unknown")
        progress.say(log[-1])
    for name, step in plan.steps.items():
        _require_some(spectra)
        spectra = _announced(step.apply(spectra), spectra, progress)
        log.append(f"{name}: {len(spectra)} spectra, {spectra.n_wave} channels")
    _require_some(spectra)
    name, notes = _scale(plan, spectra.entering())
    spectra = _announced(spectra.noted(*notes), spectra, progress)
    scaling = plan.scaling or SCALINGS[name].fit(spectra.entering())
    spectra = spectra.keep(scaling.unusable(spectra))
    _require_some(spectra)
    features = scaling.apply(spectra)
    _require_moderate(features)
    log.append(f"scale {scaling.name}: {len(spectra)} spectra, {spectra.n_wave} channels")
    return Prepared(spectra, features, scaling, white_light, flux_unit, tuple(log))


def _announced(after: Spectra, before: Spectra, progress: Progress) -> Spectra:
    """The spectra after a step, whose notes were announced."""
    for note in after.notes[len(before.notes) :]:
        progress.say(note)
    return after


def _scale(plan: Plan, spectra: Spectra) -> tuple[str, tuple[str, ...]]:
    """Name of the scaling asked for, or of the method's, or of that of faint fields with a note on the reason."""
    if plan.scaling is not None:
        return plan.scaling.name, ()
    if plan.scale is not None:
        return plan.scale, ()
    name = plan.clusterer.default_scale
    why = SCALINGS[name].unsuited(spectra, faint=plan.channels.band is not None and spectra.band is None)
    return (FAINT_FIELD, (f"{why}: the scale is {FAINT_FIELD} in place of {name} (--scale)",)) if why else (name, ())


def _part(plan: Plan) -> str:
    """The part of the cube that was read, in words: rows and columns counted from 0, ends left out."""
    area = plan.area
    masked = f", not masked by {plan.cube_file.hdus['mask']}" if "mask" in plan.cube_file.hdus else ""
    wavelength = plan.cube_file.wavelength[plan.channels.read]
    return (
        f"x {area.columns.start}:{area.columns.stop}, y {area.rows.start}:{area.rows.stop}, "
        f"{wavelength[0]:.2f}:{wavelength[-1]:.2f} Angstrom{masked}"
    )


def _require_some(spectra: Spectra) -> None:
    if len(spectra) == 0:
        reasons = "; ".join(f"{count} {MEANING[bit]}" for bit, count in counts(spectra.quality).items())
        raise InputError(f"every spaxel is left out: {reasons}; loosen the masks or choose another window or band.")


def _require_moderate(features: Spectra) -> None:
    """Raise InputError for samples whose squares would overflow float32 sums; they are damage, not signal."""
    largest = np.concatenate([np.abs(features.flux[rows]).max(axis=1) for rows in features.blocks()])
    row = int(largest.argmax())
    if not largest[row] < _LARGEST:
        raise InputError(
            f"the spectrum at x = {features.x[row]}, y = {features.y[row]} (from 0) reaches {largest[row]:.3g} "
            "after scaling, which is damage; leave it out by --mask, or exclude the channel by --exclude."
        )


def require_ready(plan: Plan, prepared: Prepared) -> None:
    """Raise InputError where the spectra are too few to be fitted, or have another unit than the fitted model's."""
    n = len(prepared.features.entering())
    if plan.fitted is not None:
        plan.fitted.require_unit(prepared.spectra.unit)
    elif n < 2:
        raise InputError("only one spectrum is left; loosen the masks or the crop.")
    elif plan.clusterer.n_clusters > n:
        raise InputError(
            f"--n-clusters {plan.clusterer.n_clusters} exceeds the {n} spectra that are left; ask for fewer."
        )
