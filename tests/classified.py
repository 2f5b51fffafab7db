"""Classifications that are made, not clustered."""

import numpy as np

from cubeclust.class_map import ClassMap
from cubeclust.classes.classification import Classification, Origin, WhiteLight
from cubeclust.classes.spectra import STATISTICS, ClassSpectra
from cubeclust.classes.table import ClassRow, class_table

ORIGIN = Origin("title", "cube.fits", "cube", "kmeans", "none", "")


def classified(
    class_map: ClassMap,
    rows: list[ClassRow] | None = None,
    light: np.ndarray | None = None,
    snr: np.ndarray | None = None,
) -> Classification:
    """Classification with a map, its own rows unless they are given, two channels without spectra, and white light."""
    shape, n_classes = class_map.classes.shape, class_map.n_classes
    spectra = np.full((len(STATISTICS), n_classes, 2), np.nan, np.float32)
    return Classification(
        class_map,
        class_table(class_map, np.full(shape, np.nan) if snr is None else snr) if rows is None else rows,
        ClassSpectra(np.array([5000.0, 5001.0]), "air", False, "", *spectra),
        WhiteLight(np.ones(shape, np.float32) if light is None else light, ""),
        ORIGIN,
    )
