"""Several classes of a map made one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cubeclust.classes.classification import Classification
from cubeclust.classes.names import listed
from cubeclust.classes.nesting import by_size
from cubeclust.classes.spectra import STATISTICS, ClassSpectra
from cubeclust.classes.table import ClassRow, class_table
from cubeclust.velocities.motion import Motion


def joined(whole: Classification, rows: Sequence[ClassRow]) -> Classification:
    """The map with one class in place of those of the rows, all numbered anew by decreasing size.

    It has the name of the largest of them. Mean, deviation and error of its mean spectrum and its signal to noise are
    those of all its spaxels; quantiles of its spectra, the posterior and the width of lines are unknown.
    """
    classes, numbers = whole.class_map.classes, [row.number for row in rows]
    kept = min(numbers)
    index = np.where(np.isin(classes, numbers), kept, classes)
    order, number = by_size(index, len(whole.rows))
    snr, sigma = np.array([(np.nan, np.nan), *((row.mean_snr, row.sigma) for row in whole.rows)]).T
    sigma[numbers] = np.nan
    motion = whole.class_map.motion
    class_map = replace(
        whole.class_map,
        classes=number[index],
        max_posterior=np.where(index == kept, np.float32(np.nan), whole.class_map.max_posterior),
        n_classes=len(order),
        motion=None if motion is None else Motion(motion.redshift, motion.systemic, sigma[classes]),
    )
    new = [
        replace(row, name=whole.rows[i].name, parent=whole.rows[i].parent)
        for row, i in zip(class_table(class_map, snr[classes]), order, strict=True)
    ]
    method = f"{whole.origin.method}, {listed([row.name for row in rows])} joined"
    spectra = _spectra(whole.spectra, rows, kept - 1, order)
    return Classification(class_map, new, spectra, whole.white_light, replace(whole.origin, method=method))


def _spectra(spectra: ClassSpectra, rows: Sequence[ClassRow], kept: int, order: np.ndarray) -> ClassSpectra:
    """Statistics of the classes in a new order, with those of the rows together at index `kept` of the old one."""
    indices, sizes = [row.number - 1 for row in rows], np.array([row.n_spaxels for row in rows], float)[:, None]
    total = sizes.sum()
    means = spectra.mean[indices].astype(np.float64)
    mean = (sizes * means).sum(axis=0) / total
    squares = np.square(spectra.std[indices], dtype=np.float64) + np.square(means - mean)
    known = {
        "mean": mean,
        "std": np.sqrt((sizes * squares).sum(axis=0) / total),
        "mean_error": np.sqrt(np.square(sizes * spectra.mean_error[indices]).sum(axis=0)) / total,
    }
    tables = {}
    for name in STATISTICS:
        table = getattr(spectra, name).copy()
        table[kept] = known.get(name, np.nan)
        tables[name] = table[order]
    return replace(spectra, **tables)
