"""The GPU gives what the CPU gives."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score
from test_contract import BRISK, least_agreement, sky_spectra

from cubeclust.divergences.costs import COSTS
from cubeclust.divergences.entries import filled
from cubeclust.divergences.f_divergences import F_DIVERGENCES
from cubeclust.divergences.gemini import Divergence, gemini
from cubeclust.divergences.kernels import KERNELS, Kernel
from cubeclust.divergences.mmd import mmd
from cubeclust.divergences.wasserstein import Wasserstein
from cubeclust.methods import METHODS
from cubeclust.progress import Silent

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU here")


def transport(data: torch.Tensor) -> Divergence:
    return Wasserstein(filled(COSTS["euclidean"](data), len(data), data).cpu().numpy())


DIVERGENCES: dict[str, Callable[[torch.Tensor], Divergence]] = {
    **{kernel: lambda data, kernel=kernel: mmd(data, Kernel(kernel)) for kernel in KERNELS},
    **{name: lambda data, name=name: F_DIVERGENCES[name]() for name in F_DIVERGENCES},
    "wasserstein": transport,
}


@pytest.mark.parametrize("name", DIVERGENCES)
@pytest.mark.parametrize("pairs", ["ova", "ovo"])
def test_objective_and_gradient(pairs: str, name: str) -> None:
    random = np.random.default_rng(0)
    data, logits = random.standard_normal((500, 40)), random.standard_normal((500, 5))
    found = {}
    for device in ("cpu", "cuda"):
        leaf = torch.tensor(logits, device=device, requires_grad=True)
        value = gemini(torch.softmax(leaf, dim=1), DIVERGENCES[name](torch.tensor(data, device=device)), pairs)
        value.backward()
        found[device] = value.item(), leaf.grad.cpu().numpy()
    assert found["cuda"][0] == pytest.approx(found["cpu"][0], rel=1e-12)
    np.testing.assert_allclose(found["cuda"][1], found["cpu"][1], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.load().uses_gpu])
def test_known_regions_are_recovered_again_and_again(name: str) -> None:
    spectra, truth = sky_spectra(name)
    method = METHODS[name].create(n_clusters=4, **BRISK.get(name, {}))
    first, second = (method.fit(spectra, seed=1, device="cuda", room=0, report=Silent()) for _ in range(2))
    assert np.array_equal(first.labels, second.labels)
    assert adjusted_rand_score(truth, first.labels) >= least_agreement(name)
