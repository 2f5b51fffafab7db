"""Fixtures that several test files share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from skies import Sky, make_sky, write_sky

SHARED = Path(__file__).parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--device",
        choices=["cuda", "cpu", "apart"],
        help="what tests/gpu holds against the CPU; apart stands in for a GPU",
    )


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Name of the device that stands in for a GPU; the test is skipped where torch cannot have it."""
    from torch.utils import backend_registration

    if not hasattr(backend_registration, "_setup_privateuseone_for_python_backend"):
        pytest.skip("this torch has no backends in Python")
    import apart

    from cubeclust.divergences import gram
    from cubeclust.fisher import sample

    for sizes in (gram.SIDE, sample._BLOCK):
        monkeypatch.setitem(sizes, apart.NAME, sizes["cpu"])
    with apart.Placing():
        yield apart.NAME


@pytest.fixture
def device(request: pytest.FixtureRequest) -> str:
    """Device that is held against the CPU: a GPU, and where there is none what stands in for it."""
    import torch

    choice = request.config.getoption("--device") or ("cuda" if torch.cuda.is_available() else "apart")
    if choice == "cuda" and not torch.cuda.is_available():
        pytest.skip("torch finds no CUDA GPU here")
    return request.getfixturevalue("apart") if choice == "apart" else choice


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
