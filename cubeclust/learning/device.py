"""Which device computes, and how exactly."""

from cubeclust.errors import InputError


def resolve_device(choice: str) -> str:
    """Return "cpu" or "cuda"; auto takes the GPU if there is one. InputError if cuda is asked for and absent."""
    import torch

    if choice == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: torch finds no CUDA GPU here; use --device cpu or install a CUDA torch.")
    return "cuda" if choice != "cpu" and torch.cuda.is_available() else "cpu"


def make_exact(device: str) -> None:
    """Set torch to full float32 products (no TF32) and, on a GPU, to deterministic algorithms."""
    import os

    import torch

    torch.set_float32_matmul_precision("highest")
    if device == "cuda":
        torch.backends.cudnn.allow_tf32 = False
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True, warn_only=True)
