"""The wavelength axis of figures."""

import numpy as np

_MEDIUM = {"air": " in air", "vacuum": " in vacuum", "unknown": ""}


def segments(wavelength: np.ndarray) -> list[np.ndarray]:
    """Indices of channels that follow each other: a line is drawn through each, and none across a gap."""
    steps = np.diff(wavelength)
    gap = steps > 1.5 * np.median(steps) if len(steps) else np.zeros(0, bool)
    return np.split(np.arange(len(wavelength)), np.flatnonzero(gap) + 1)


def wavelength_label(medium: str, *, rest: bool) -> str:
    """Label of the axis for wavelengths in air, vacuum or "unknown", at rest or as observed."""
    return f"{'rest ' if rest else ''}wavelength{_MEDIUM[medium]} (Angstrom)"
