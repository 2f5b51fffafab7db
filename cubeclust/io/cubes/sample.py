"""The real cube that comes with mpdaf."""

from importlib.util import find_spec
from pathlib import Path

from cubeclust.runtime.packages import require_package


def sample_cube() -> Path:
    """Path of the MUSE cube of Abell 478 (40 x 40 x 3681) inside the installed mpdaf, which is not imported."""
    require_package("mpdaf", "the sample cube")
    spec = find_spec("mpdaf")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "data" / "sdetect" / "minicube.fits"
