"""The GPU gives what the CPU gives."""

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score
from test_contract import sky_spectra

from cubeclust.divergences.gemini import gemini
from cubeclust.divergences.kernels import KERNELS, Kernel
from cubeclust.divergences.mmd import mmd
from cubeclust.methods import METHODS
from cubeclust.progress import Silent

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU here")


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("pairs", ["ova", "ovo"])
def test_objective_and_gradient(pairs: str, kernel: str) -> None:
    random = np.random.default_rng(0)
    data, logits = random.standard_normal((500, 40)), random.standard_normal((500, 5))
    found = {}
    for device in ("cpu", "cuda"):
        leaf = torch.tensor(logits, device=device, requires_grad=True)
        value = gemini(torch.softmax(leaf, dim=1), mmd(torch.tensor(data, device=device), Kernel(kernel)), pairs)
        value.backward()
        found[device] = value.item(), leaf.grad.cpu().numpy()
    assert found["cuda"][0] == pytest.approx(found["cpu"][0], rel=1e-12)
    np.testing.assert_allclose(found["cuda"][1], found["cpu"][1], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.load().uses_gpu])
def test_known_regions_are_recovered_again_and_again(name: str) -> None:
    spectra, truth = sky_spectra(name)
    method = METHODS[name].create(n_clusters=4)
    first, second = (method.fit(spectra, seed=1, device="cuda", room=0, report=Silent()) for _ in range(2))
    assert np.array_equal(first.labels, second.labels)
    assert adjusted_rand_score(truth, first.labels) >= 0.95
