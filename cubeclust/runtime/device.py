"""The device of a computation: its choice, its precision, its memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cubeclust.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


def resolve_device(choice: str) -> str:
    """Return "cpu" or "cuda"; auto takes the GPU if there is one.

    Raises:
        InputError: cuda is asked for and absent, or the GPU does not work; the CPU never replaces it silently.
    """
    import torch

    if choice == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: torch finds no CUDA GPU here; use --device cpu or install a CUDA torch.")
    if choice == "cpu" or not torch.cuda.is_available():
        return "cpu"
    _require_working()
    return "cuda"


def _require_working() -> None:
    """Raise InputError if the GPU cannot compute, for example because this torch was not built for its architecture."""
    import torch

    try:
        float(torch.ones(1, device="cuda").sum())
    except RuntimeError as error:
        name, reason = torch.cuda.get_device_name(0), str(error).partition("\n")[0]
        raise InputError(
            f"the GPU here, {name}, does not work with torch {torch.__version__} ({reason}); install a torch that was "
            "built for it, or give --device cpu."
        ) from error


def make_exact(device: str) -> None:
    """Set torch to full float32 products (no TF32) and, on a GPU, to deterministic algorithms."""
    import os

    import torch

    torch.set_float32_matmul_precision("highest")
    if device == "cuda":
        torch.backends.cudnn.allow_tf32 = False
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True, warn_only=True)


@contextmanager
def out_of_memory_explained(
    work: str = "for this fit; narrow the spectra by --window or --crop, fit on some by --sample, or",
) -> Iterator[None]:
    """Raise InputError where the GPU runs out of memory; `work` names the computation and a cure beside the CPU."""
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        raise InputError(f"the GPU has not enough memory {work} give --device cpu.") from error


def to_device(flux: "np.ndarray", device: str) -> "Tensor":
    """Spectra (n, d) float32 on the device; the CPU shares them with numpy."""
    import torch

    return torch.from_numpy(flux).to(device)


def cache_bytes_on(device: str, cache_bytes: int) -> int:
    """Bytes that a fit may cache to save time: on the CPU those given, on a GPU 80 % of its free memory."""
    import torch

    return int(0.8 * torch.cuda.mem_get_info()[0]) if device == "cuda" else cache_bytes
