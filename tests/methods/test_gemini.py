"""What all GEMINIs do with their divergence."""

import numpy as np
import torch
from test_contract import sky_spectra

from cubeclust.divergences.mmd import EmbeddedMMD
from cubeclust.methods.gemini.mmd import MMDGemini
from cubeclust.progress import Silent


class Counting(EmbeddedMMD):
    """Tells the number of rows that it was given."""

    def figures(self) -> dict[str, float]:
        return {"rows": float(self.n)}


class CountingGemini(MMDGemini):
    def divergence(self, data: torch.Tensor, report: Silent):
        def build(rows, room: int) -> Counting:
            divergence = Counting(data[rows])
            divergence.n = len(data[rows])
            return divergence

        return build


def test_figures_of_a_divergence_are_in_the_history() -> None:
    """With their own sign, and the largest over the batches."""
    spectra, _ = sky_spectra("mmd-ovo")
    assert len(spectra) > 200
    for batch, largest in ((0, len(spectra)), (100, 100)):
        method = CountingGemini(n_clusters=3, max_iter=4, batch_size=batch)
        found = method.fit(spectra, seed=0, device="cpu", room=0, report=Silent()).history
        assert list(found) == ["gemini", "used_clusters", "relabeled", "rows"]
        assert np.array_equal(found["rows"], np.full(5, largest))
        assert np.all(found["gemini"] > 0)
