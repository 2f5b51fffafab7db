"""Objectives at the logits of a network, and those that gemclus 1.1.1 has given."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from cubeclust.divergences.gemini import Divergence, Pairs, gemini

REFERENCE = Path(__file__).parent / "reference"


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def at_logits(posterior: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Chain rule of the softmax."""
    return posterior * (gradient - (posterior * gradient).sum(axis=1, keepdims=True))


def objective(
    logits: np.ndarray, divergence: Divergence, pairs: Pairs, dtype: torch.dtype = torch.float64
) -> tuple[float, np.ndarray]:
    """GEMINI and its gradient at the logits (n, k)."""
    leaf = torch.tensor(logits, dtype=dtype, requires_grad=True)
    value = gemini(torch.softmax(leaf, dim=1), divergence, pairs)
    value.backward()
    return value.item(), leaf.grad.double().numpy()


def relative(found: np.ndarray, expected: np.ndarray) -> float:
    """Norm of the difference over that of what is expected."""
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def pinned(file: str, name: str, problem: int) -> tuple[float, np.ndarray, dict[str, Any]]:
    """Value and gradient at the logits of gemclus, and the problem: X data, P posterior, logits."""
    with np.load(REFERENCE / "gemini_mmd.npz", allow_pickle=False) as pins:
        given = {key: pins[f"{key}_{problem}"] for key in ("X", "P", "logits")}
    with np.load(REFERENCE / file, allow_pickle=False) as pins:
        value, gradient = float(pins[f"val_{name}_{problem}"]), pins[f"grad_{name}_{problem}"]
    return value, at_logits(given["P"], gradient), given
