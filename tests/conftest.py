"""Fixtures that several test files share."""

from pathlib import Path

import pytest
from skies import Sky, make_sky, write_sky

TESTS = Path(__file__).parent
SHARED = TESTS.parents[1] / "shared"
# They test the repository or use its scripts: without a checkout, beside an installed package, they are left out.
OF_CHECKOUT = [
    "benchmarks",
    "docs",
    "gpu",
    "gpu_checks",
    "kinematics/test_memory_of_velocities.py",
    "repository",
    "test_layers.py",
    "test_shapes.py",
    "test_stand_in.py",
]
collect_ignore = [] if (TESTS.parent / "scripts").is_dir() else OF_CHECKOUT


def pytest_addoption(parser: pytest.Parser) -> None:
    choices = ["cuda", "cpu", "apart"]
    parser.addoption("--device", default="cuda", choices=choices, help="of tests/gpu; apart stands in for a GPU")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--device") == "apart":
        import apart  # noqa: F401 (torch takes no further device once a gradient was computed)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    folders = [TESTS / name for name in OF_CHECKOUT]
    for item in items:
        if {item.path, *item.path.parents} & {*folders}:
            item.add_marker("checkout")


@pytest.fixture
def apart(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of the device that stands in for a GPU."""
    if request.config.getoption("--device") != "apart":
        pytest.skip("needs --device apart")
    import apart
    import torch

    from cubeclust.divergences import gram
    from cubeclust.fisher import sample
    from cubeclust.pipelines.redshift import spectrograph

    for sizes in (gram.SIDE, sample._BLOCK, spectrograph._TOGETHER):
        monkeypatch.setitem(sizes, apart.NAME, sizes["cpu"])
    for name in apart.FACTORIES:
        monkeypatch.setattr(torch, name, apart.placed(getattr(torch, name)))
    return apart.NAME


@pytest.fixture
def device(request: pytest.FixtureRequest) -> str:
    """Device that is held against the CPU."""
    import torch

    choice = request.config.getoption("--device")
    if choice == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA GPU here; --device apart stands in for one")
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
