"""A GPU that runs out of memory."""

import pytest
import torch
from known_regions import sky_spectra

from cubeclust.divergences import gram
from cubeclust.errors import InputError
from cubeclust.learning import networks
from cubeclust.methods import METHODS
from cubeclust.runtime.progress import Silent


def test_network_that_does_not_fit_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def scarce(*arguments: object) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(networks, "posterior", scarce)
    spectra, _ = sky_spectra("mmd-ovo")
    with pytest.raises(InputError, match="the GPU has not enough memory"):
        METHODS["mmd-ovo"].create().fit(spectra, seed=0, device="cpu", cache_bytes=0, progress=Silent())


def test_kernel_that_does_not_fit_takes_smaller_blocks_and_the_same_course(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of more than 300 rows are refused, as by a full GPU: the fit goes on and says so once."""
    spectra, _ = sky_spectra("mmd-ova")
    method = METHODS["mmd-ova"].create(n_clusters=4, kernel="rbf", max_iter=30, n_starts=1, optimizer="adam")
    expected = method.fit(spectra, seed=0, device="cpu", cache_bytes=10**9, progress=Silent())
    said: list[str] = []

    class Told(Silent):
        def say(self, sentence: str) -> None:
            said.append(sentence)

    whole = gram.Gram._block

    def scarce(self: gram.Gram, rows: slice, columns: slice) -> torch.Tensor:
        if self.side > 300:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(self, rows, columns)

    monkeypatch.setattr(gram.Gram, "_block", scarce)
    found = method.fit(spectra, seed=0, device="cpu", cache_bytes=10**9, progress=Told())
    assert sum("smaller blocks" in sentence for sentence in said) == 1
    assert (found.labels == expected.labels).all()
