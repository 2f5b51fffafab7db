"""Labels of spectra and classes of spaxels."""

import numpy as np

from cubeclust.class_map import ClassMap
from cubeclust.clustering import Clustering
from cubeclust.spectra import Spectra


def test_labels_of_a_map_are_those_that_it_was_made_of() -> None:
    """Also of a row without label, and for spectra of which the map has only some."""
    y, x = np.nonzero(np.arange(12).reshape(3, 4) % 5 != 0)
    spectra = Spectra(
        flux=np.ones((len(y), 2), np.float32),
        wavelength=np.array([5000.0, 5001.0]),
        y=y,
        x=x,
        quality=np.zeros((3, 4), np.int32),
        snr=np.ones(len(y), np.float32),
    )
    labels = np.array([0, 1, -1, 0, 2, 0, 1, 0, 0])
    class_map = ClassMap.of(spectra, Clustering(labels, 3), 3)
    assert np.array_equal(class_map.labels(spectra), labels)
    assert np.array_equal(class_map.counts(), [5, 2, 1])
    assert class_map.classes[0, 0] == 0
