"""Shares between classes and structure coefficients against numpy."""

import numpy as np
import pytest

from cubeclust.spectra import Spectra
from cubeclust.statistics.subspace import separation, structure


def test_separation_is_the_share_of_the_class_means() -> None:
    """Two classes at -1 and 3 with deviations 1 and 2 along the first direction, none apart along the second."""
    labels = np.repeat([0, 1], [400, 400])
    unit = np.tile([-1.0, 1.0], 400)
    embedding = np.column_stack([np.where(labels, 3 + 2 * unit, -1 + unit), unit]).astype(np.float32)
    assert separation(embedding, labels) == pytest.approx([4 / (4 + 2.5), 0])


def test_structure_is_the_correlation_and_0_for_a_dead_channel() -> None:
    random = np.random.default_rng(0)
    flux = (random.standard_normal((200, 6)) @ random.standard_normal((6, 6)) + 50).astype(np.float32)
    flux[:, 4] = 7
    embedding = (flux[:, :2] @ random.standard_normal((2, 2)) + random.standard_normal((200, 2))).astype(np.float32)
    spectra = Spectra(
        flux, np.arange(6.0), np.zeros(200, int), np.arange(200), np.zeros((1, 200), np.int32), np.ones(200, np.float32)
    )
    found = structure(spectra, embedding)
    for channel in range(6):
        for direction in range(2):
            expected = 0 if channel == 4 else np.corrcoef(flux[:, channel], embedding[:, direction])[0, 1]
            assert found[channel, direction] == pytest.approx(expected, abs=1e-4)
