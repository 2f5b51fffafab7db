"""A class of a map replaced by the classes of a map that was made within it."""

from dataclasses import replace

import numpy as np

from cubeclust.class_map import ClassMap
from cubeclust.classes.classification import Classification
from cubeclust.classes.spectra import STATISTICS, ClassSpectra
from cubeclust.classes.table import ClassRow, class_table
from cubeclust.velocities.motion import Motion


def replaced(whole: Classification, row: ClassRow, part: Classification) -> Classification:
    """The whole map with the classes of a part in place of the class of a row, all numbered anew by decreasing size.

    The spaxels of that class that the part leaves out stay in it. Names and parents stay as they are, and so
    do the signal to noise of each class, measured on the channels of its own run, and the width of its lines. What was
    a mean over the class is unknown for the rest of it.
    """
    taken = part.class_map.classes > 0
    index = np.where(taken, len(whole.rows) + part.class_map.classes, whole.class_map.classes)  # 0, or 1.. of old
    old = [*whole.rows, *part.rows]
    order, number = by_size(index, len(old))
    snr, sigma = np.array([(np.nan, np.nan), *((each.mean_snr, each.sigma) for each in old)]).T
    snr[row.number] = sigma[row.number] = np.nan
    class_map = ClassMap(
        classes=number[index],
        max_posterior=_posterior(whole.class_map, part.class_map),
        quality=whole.class_map.quality,
        wcs=whole.class_map.wcs,
        n_classes=len(order),
        motion=_motion(whole.class_map, part.class_map, sigma[index]),
    )
    rows = [
        replace(new, name=old[i].name, parent=old[i].parent)
        for new, i in zip(class_table(class_map, snr[index]), order, strict=True)
    ]
    method = f"{whole.origin.method}, {row.name} by {part.origin.method}"
    return Classification(
        class_map,
        rows,
        _spectra(whole, row, part, order),
        whole.white_light,
        replace(whole.origin, method=method),
    )


def by_size(index: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Which of the classes 1..n of an image have spaxels, from 0 by decreasing size, and the new number of each.

    The numbers have shape (n + 1,): that of class 0, unclassified, is 0.
    """
    sizes = np.bincount(index.ravel(), minlength=n + 1)[1:]
    order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]
    number = np.zeros(n + 1, np.int16)
    number[1 + order] = np.arange(1, len(order) + 1)
    return order, number


def _posterior(whole: ClassMap, part: ClassMap) -> np.ndarray:
    """p(class within parent | spectrum) = p(parent | spectrum) p(class | spectrum, parent); elsewhere as it was."""
    return np.where(part.classes > 0, whole.max_posterior * part.max_posterior, whole.max_posterior)


def _motion(whole: ClassMap, part: ClassMap, sigma: np.ndarray) -> Motion | None:
    """Redshifts that the run of each spaxel's class corrected for, NaN where it did not; None where none did.

    Velocities are about the systemic redshift of the whole map where it has one.
    """
    known = [each.motion for each in (whole, part) if each.motion is not None]
    if not known:
        return None
    ours, theirs = (np.nan if each.motion is None else each.motion.redshift for each in (whole, part))
    return Motion(np.where(part.classes > 0, theirs, ours), known[0].systemic, sigma)


def _spectra(whole: Classification, row: ClassRow, part: Classification, order: np.ndarray) -> ClassSpectra:
    """Statistics of the classes in a new order on the channels of the whole, NaN where unknown."""
    to, of = shared_channels(whole, part)
    tables = {}
    for name in STATISTICS:
        ours, theirs = getattr(whole.spectra, name).copy(), getattr(part.spectra, name)
        ours[row.number - 1] = np.nan
        placed = np.full((len(theirs), ours.shape[1]), np.nan, np.float32)
        placed[:, to] = theirs[:, of]
        tables[name] = np.concatenate([ours, placed])[order]
    return replace(whole.spectra, **tables)


def shared_channels(whole: Classification, part: Classification) -> tuple[np.ndarray, np.ndarray]:
    """Channels of the whole and of the part, by index, on which their mean spectra are in the same units.

    None where the mean in other channels divides them, where units or media differ, or where but one is at rest.
    """
    none = np.empty(0, int)
    alike = all(getattr(whole.spectra, name) == getattr(part.spectra, name) for name in ("medium", "rest", "unit"))
    if not alike or whole.origin.averaged != part.origin.averaged:
        return none, none
    _, to, of = np.intersect1d(whole.spectra.wavelength, part.spectra.wavelength, return_indices=True)
    return to, of


def notes(whole: Classification, row: ClassRow, part: Classification, file: str) -> list[str]:
    """Sentences on what the replaced map does not hold of the part, from a file of that name."""
    n_wave = len(whole.spectra.wavelength)
    n_shared = len(shared_channels(whole, part)[0])
    out = []
    if n_shared < n_wave:
        other = f", as the mean in {part.origin.averaged} and not in {whole.origin.averaged} divides them"
        why = other if part.origin.averaged != whole.origin.averaged else ""
        out.append(
            f"the mean spectra of the classes within {row.name} are known on {n_shared} of the {n_wave} channels{why}: "
            f"{file} has them all."
        )
    rest = row.n_spaxels - np.count_nonzero(part.class_map.classes)
    if rest:
        out.append(
            f"{rest} spaxels of {row.name} that the run within it left out stay {row.name}, without a mean spectrum."
        )
    return out
