"""What needs a package that is not installed says so; all else does without it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from commands import call, refused
from skies import Sky, sky_header

import cubeclust

MODULES = Path(cubeclust.__file__).parent
ASTRAY = ("mpdaf", "ot", "regions", "reproject", "geomloss", "powerbin")  # what only some commands need


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch):
    """Let packages look as if they were not installed."""

    def hide(*modules: str) -> None:
        for module in modules:
            monkeypatch.setitem(sys.modules, module, None)

    return hide


def test_every_module_can_be_imported() -> None:
    names = [str(path.relative_to(MODULES.parent).with_suffix("")).replace("/", ".") for path in MODULES.rglob("*.py")]
    code = (
        f"import sys; from importlib import import_module; sys.modules.update(dict.fromkeys({ASTRAY}))\n"
        f"for name in {[name for name in names if not name.endswith('__main__')]}: import_module(name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [("run",), ("select", "-k", "2:3"), ("redshift",)])
def test_cubes_are_refused_before_any_work(command: tuple, without, sky_file: Path, tmp_path: Path) -> None:
    without("mpdaf")
    there = set(tmp_path.iterdir())
    refused(call(*command, sky_file), "celestial WCS", "pip install mpdaf")
    assert set(tmp_path.iterdir()) == there


def test_sample_is_refused(without) -> None:
    without("mpdaf")
    refused(call("sample"), "sample cube", "pip install mpdaf")


def test_regions(without, sky_file: Path, tmp_path: Path) -> None:
    without("regions")
    region = tmp_path / "area.reg"
    region.write_text("image\ncircle(8,8,5)\n")
    refused(call("run", sky_file, "--region", region, "-o", tmp_path), "--region", "pip install regions")


def test_transport_is_refused_by_the_name_that_pip_knows(without, sky_file: Path, tmp_path: Path) -> None:
    without("ot")
    arguments = ("--method", "wasserstein-ovo", "--output", tmp_path)
    refused(call("run", sky_file, *arguments), "--method wasserstein-ovo", "pip install POT")


def test_geomloss(without, sky_file: Path, tmp_path: Path) -> None:
    without("geomloss")
    arguments = ("--method", "usd-ovo", "--solver", "geomloss", "--output", tmp_path)
    refused(call("run", sky_file, *arguments), "--solver geomloss", "pip install geomloss")


def test_bins_are_refused_before_any_work(without, sky_file: Path, tmp_path: Path) -> None:
    without("powerbin")
    output = tmp_path / "velocity.fits"
    refused(call("redshift", sky_file, "--bin", 12, "-o", output), "--bin", "pip install powerbin")


def test_finished_maps_need_none_of_them(without, sky: Sky, sky_file: Path, tmp_path: Path) -> None:
    """info, plot, merge, methods and simulate do without; only an image under the classes is refused."""
    class_map = call("run", sky_file, "-m", "kmeans", "-k", 4, "-o", tmp_path).stdout.strip()
    inside = ("--within", class_map, "--class", 1, "-m", "kmeans", "-k", 2, "-o", tmp_path / "inside")
    part = call("run", sky_file, *inside).stdout.strip()
    image = tmp_path / "light.fits"
    fits.writeto(image, np.ones(sky.truth.shape, np.float32), sky_header(sky))
    without(*ASTRAY)
    for command in (
        ("info", sky_file),
        ("plot", class_map, "--contours", "-o", tmp_path / "contours"),
        ("merge", class_map, part, "-o", tmp_path / "merged"),
        ("methods",),
        ("simulate", "blobs", "--size", 20, "--channels", 100, "-o", tmp_path / "blobs.fits"),
    ):
        found = call(*command)
        assert found.exit_code == 0, (command, found.output, found.exception)
    refused(call("plot", class_map, "--image", image, "-o", tmp_path), "--image", "pip install reproject")
