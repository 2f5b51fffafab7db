"""Fixtures that several test files share."""

from pathlib import Path

import pytest
from skies import Sky, make_sky, write_sky

SHARED = Path(__file__).parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--device", default="cuda", choices=["cuda", "cpu"], help="of the tests in tests/gpu")


@pytest.fixture
def device(request: pytest.FixtureRequest) -> str:
    """Device that is held against the CPU: a GPU, which a test is skipped without, or the CPU itself as a rehearsal."""
    import torch

    choice = request.config.getoption("--device")
    if choice == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA GPU here; --device cpu rehearses the test")
    return choice


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
