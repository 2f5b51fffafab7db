"""What all GEMINIs do with their divergence."""

import numpy as np
import pytest
import torch
from known_regions import sky_spectra

from cubeclust.divergences.gemini import gemini
from cubeclust.divergences.mmd import EmbeddedMMD
from cubeclust.methods import METHODS
from cubeclust.methods.gemini.mmd import MMDGemini
from cubeclust.runtime.progress import Silent


class Counting(EmbeddedMMD):
    """Tells the number of rows that it was given."""

    def figures(self) -> dict[str, float]:
        return {"rows": float(self.n)}


class CountingGemini(MMDGemini):
    def divergence(self, data: torch.Tensor, progress: Silent):
        def build(rows, cache_bytes: int) -> Counting:
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
        found = method.fit(spectra, seed=0, device="cpu", cache_bytes=0, progress=Silent()).history
        assert list(found) == ["gemini", "used_clusters", "relabeled", "rows"]
        assert np.array_equal(found["rows"], np.full(5, largest))
        assert np.all(found["gemini"] > 0)


@pytest.mark.parametrize("kernel", ["rbf", "laplacian", "sigmoid", "polynomial"])
def test_scale_of_a_kernel_does_not_depend_on_the_unit_of_the_spectra(kernel: str) -> None:
    """Without a gamma of the user's; standardized channels have 1 / channels."""
    spectra, _ = sky_spectra("mmd-ovo", scale="zscore")
    data = torch.from_numpy(spectra.flux)
    posterior = torch.softmax(torch.randn(len(data), 4, generator=torch.Generator().manual_seed(0)), dim=1)
    explicit = METHODS["mmd-ovo"].create(kernel=kernel, gamma=1 / spectra.n_wave)
    expected = gemini(posterior, explicit.divergence(data, Silent())(slice(None), 0), "ovo")
    for unit in (1.0, 0.01, 100.0):
        divergence = METHODS["mmd-ovo"].create(kernel=kernel).divergence(unit * data, Silent())(slice(None), 0)
        torch.testing.assert_close(gemini(posterior, divergence, "ovo"), expected, rtol=1e-4, atol=0)
