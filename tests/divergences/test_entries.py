"""What the blocks of kernels and costs are made of."""

import pytest
import torch

from cubeclust.divergences.entries import exponentials


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_exponentials_are_never_subnormal(dtype: torch.dtype) -> None:
    """Those that are normal are exact; the others are at most 1e-37, 1e-303 of 1."""
    exponents = torch.tensor([-torch.inf, -1e4, -720.0, -88.0, -60.0, -1.0, 0.0, 3.0], dtype=dtype)
    found, exact = exponentials(exponents.clone()), exponents.exp()
    info = torch.finfo(dtype)
    assert (found >= info.tiny).all()
    normal = exponents > torch.log(torch.tensor(100 * info.tiny, dtype=dtype))
    assert torch.equal(found[normal], exact[normal])
    assert (found - exact).abs().max() < {torch.float32: 1e-37, torch.float64: 1e-303}[dtype]
