"""The real cube that comes with mpdaf."""

from importlib.util import find_spec
from pathlib import Path

from cubeclust.errors import InputError


def sample_cube() -> Path:
    """Path of the MUSE cube of Abell 478 (40 x 40 x 3681) inside the installed mpdaf, which is not imported."""
    spec = find_spec("mpdaf")
    if spec is None or spec.origin is None:
        raise InputError("mpdaf is not installed, and the sample cube is part of it; run: pip install mpdaf.")
    return Path(spec.origin).parent / "data" / "sdetect" / "minicube.fits"
