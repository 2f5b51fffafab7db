"""Boundaries of classes along the edges of their spaxels."""

import numpy as np

_INSET = 0.08  # spaxels by which a line keeps inside its class, so that those of two neighbors both show


def outline(inside: np.ndarray, factor: int = 1) -> np.ndarray:
    """Line segments (n, 2, 2) around a class (NY, NX) bool: start and end, each (x, y).

    In pixels of the frame whose spaxels are cut into factor x factor, centers at integers.
    """
    ny, nx = inside.shape
    padded = np.pad(inside, 1)
    segments = []
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        y, x = np.nonzero(inside & ~padded[1 + dy : 1 + dy + ny, 1 + dx : 1 + dx + nx])
        middle = np.stack([x, y], axis=1) + (0.5 - _INSET) * np.array([dx, dy])
        along = 0.5 * np.array([abs(dy), abs(dx)])
        segments.append(np.stack([middle - along, middle + along], axis=1))
    return (np.concatenate(segments) + 0.5) * factor - 0.5
