"""Which device computes, how exactly, and what fits there."""

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
        InputError: cuda is asked for and absent, or the GPU does not work: no CPU takes its place unasked.
    """
    import torch

    if choice == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: torch finds no CUDA GPU here; use --device cpu or install a CUDA torch.")
    if choice == "cpu" or not torch.cuda.is_available():
        return "cpu"
    _require_working()
    return "cuda"


def _require_working() -> None:
    """Raise InputError where the GPU cannot compute, as an older one that this torch was not built for."""
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
def memory_said(
    work: str = "for this fit; narrow the spectra by --window or --crop, fit on some by --sample, or",
) -> Iterator[None]:
    """Turn a GPU that runs out of memory into one sentence, which says for what, and any cure beside the CPU."""
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        raise InputError(f"the GPU has not enough memory {work} give --device cpu.") from error


def to_device(flux: "np.ndarray", device: str) -> "Tensor":
    """Spectra (n, d) float32 on the device; the CPU shares them with numpy."""
    import torch

    return torch.from_numpy(flux).to(device)


def room_on(device: str, room: int) -> int:
    """Bytes that a fit may take to save time: on the CPU those given, on a GPU most of what is free there."""
    import torch

    return int(0.8 * torch.cuda.mem_get_info()[0]) if device == "cuda" else room
