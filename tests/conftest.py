"""Fixtures that several test files share."""

from pathlib import Path

import pytest
from skies import Sky, make_sky, write_sky

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def sky() -> Sky:
    return make_sky()


@pytest.fixture
def sky_file(tmp_path: Path, sky: Sky) -> Path:
    return write_sky(tmp_path / "sky.fits", sky)


@pytest.fixture
def shared() -> Path:
    """Folder with real cubes and reference numbers beside a developer's checkout."""
    if not SHARED.is_dir():
        pytest.skip("the shared data are not beside this checkout")
    return SHARED
