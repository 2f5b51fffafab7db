"""scripts/check_gpu: a rehearsal of all parts, and what it does where things go wrong."""

import json
import os
import subprocess
import sys
import time
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import pytest
import torch

from gpu_checks import environment, part, parts, report
from gpu_checks.rows import Row, Setup, append, at_most, read

SCRIPTS = Path(__file__).parents[2] / "scripts"


def check_gpu(*arguments: object, python: Path = Path(sys.executable)) -> subprocess.CompletedProcess:
    return subprocess.run(
        [python, SCRIPTS / "check_gpu", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def made_wheel(folder: Path, name: str, metadata: str = "", module: str = "there = True\n") -> Path:
    """A wheel with one module."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", module)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.mark.long
def test_rehearsal_of_every_part(tmp_path: Path) -> None:
    done = check_gpu("--small", "--device", "cpu", "--output", tmp_path)
    assert done.returncode == 0, (done.stderr, (tmp_path / "gpu-check.log").read_text())
    assert done.stdout.strip() == str(tmp_path / "gpu-check.md")
    found = json.loads((tmp_path / "gpu-check.json").read_text())
    assert [each["name"] for each in found["parts"]] == list(parts.PARTS)
    assert found["facts"]["device"] == "cpu"
    for each in found["parts"]:
        assert each["ended"] == ""
        assert each["rows"], each["name"]
        assert all(row["check"] for row in each["rows"])
        assert f"## {each['name']}: {each['title']}" in (tmp_path / "gpu-check.md").read_text()
    compared = [row for row in found["parts"][2]["rows"] if row["passed"] is not None]
    assert len(compared) > 60


def test_without_a_gpu_nothing_is_written(tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    done = check_gpu("--output", tmp_path / "report")
    assert done.returncode == 2
    assert done.stderr.startswith("check_gpu: --device cuda: torch finds no CUDA GPU here")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "report").exists()


def test_wheels_that_do_not_fit_are_one_sentence(tmp_path: Path) -> None:
    assert "no wheel is there; make them by scripts/wheelhouse" in check_gpu("--wheels", tmp_path).stderr
    made_wheel(tmp_path, "other").rename(tmp_path / "other-1.0-cp27-cp27m-win32.whl")
    done = check_gpu("--wheels", tmp_path, "--device", "cpu")
    assert done.returncode == 2
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"make them anew by scripts/wheelhouse {tmp_path} --python {version}." in done.stderr
    assert "Traceback" not in done.stderr


def test_environment_sees_wheels_and_what_this_python_sees(tmp_path: Path) -> None:
    """The Python of the tests is in a virtual environment, which --system-site-packages passes by."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    made_wheel(wheels, "wheelhouse_guest")
    made_wheel(wheels, "cubeclust", module="raise ImportError('the wheel')\n")
    python = environment.build(tmp_path / "environment", wheels)
    code = "import torch, numpy, wheelhouse_guest; import cubeclust.errors; print(wheelhouse_guest.__file__)"
    own = os.environ | {"PYTHONPATH": str(SCRIPTS.parent)}
    done = subprocess.run([python, "-c", code], env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "environment"))


def test_check_that_fails_is_a_row_and_the_next_one_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken():
        yield Row("before", 1.5, "s")
        raise ValueError("no\n  such thing")

    module = ModuleType("gpu_checks.made_up")
    module.checks = lambda setup: [("first", broken), ("second", lambda: [at_most("difference", 2e-5, 1e-5)])]
    monkeypatch.setitem(sys.modules, "gpu_checks.made_up", module)
    part.main("made_up", "cpu", "small", str(tmp_path / "rows"))
    rows = read(tmp_path / "rows")
    assert rows == [
        Row("before", 1.5, "s", check="first"),
        Row("cut short", "ValueError: no such thing", passed=False, check="first"),
        Row("difference", 2e-5, "", "<= 1e-05", False, check="second"),
    ]
    assert report.Part("made_up", "", 1.0, rows).failed == 2


def test_part_that_takes_too_long_is_killed_with_what_it_started(tmp_path: Path) -> None:
    late = "import time; time.sleep(4); open('late', 'w')"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {late!r}])"
    with (tmp_path / "log").open("w") as log:
        assert parts.bounded([sys.executable, "-c", child], 1.0, tmp_path, log) is None
        assert parts.bounded([sys.executable, "-c", "raise SystemExit(3)"], 30.0, tmp_path, log) == 3
    time.sleep(4)
    assert not (tmp_path / "late").exists()


def test_no_part_is_begun_when_the_time_is_used_up(tmp_path: Path) -> None:
    late = parts.run("machine", Path(sys.executable), "cpu", small=True, folder=tmp_path, left=3.0)
    assert late.ended.startswith("left out")
    assert late.failed == 1


def test_rows_outlive_what_cuts_them_short(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    assert read(path) == []
    append(path, Row("whole", 1, "s"))
    with path.open("a") as file:
        file.write('{"check": "half')
    assert read(path) == [Row("whole", 1, "s")]


def test_goals_hold_on_a_gpu_only() -> None:
    assert Setup("cuda", small=False).goal("fit", 12.0, "s", 10.0).passed is False
    assert Setup("cuda", small=True).goal("fit", 12.0, "s", 10.0).passed is None
    assert Setup("cpu", small=False).goal("fit", 12.0, "s", 10.0).passed is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (55, "55"),
        (68_232.0, "68,232"),
        (12345.6, "12,346"),
        (0.00012345, "0.000123"),
        (3.14159, "3.14"),
        (4.9e13, "4.9e+13"),
    ],
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert report.number(value) == text


def wheelhouse() -> ModuleType:
    loader = SourceFileLoader("wheelhouse", str(SCRIPTS / "wheelhouse"))
    module = module_from_spec(spec_from_loader("wheelhouse", loader))
    loader.exec_module(module)
    return module


def test_what_a_wheel_needs_on_that_machine(tmp_path: Path) -> None:
    """Conditions are those of the machine that the wheels are for, not of this one; extras do not count."""
    metadata = "".join(
        f"Requires-Dist: {text}\n"
        for text in (
            "numpy>=1.24",
            "tomli>=2; python_version < '3.11'",
            "newer; python_version >= '3.12'",
            "colorama; sys_platform == 'win32'",
            "pytest; extra == 'test'",
        )
    )
    wheel = made_wheel(tmp_path, "some", metadata)
    assert [str(each) for each in wheelhouse().needs(wheel, "3.12")] == ["numpy>=1.24", "newer"]
    assert [str(each) for each in wheelhouse().needs(wheel, "3.11")] == ["numpy>=1.24"]


def test_all_that_cubeclust_names_is_in_the_wheelhouse_or_on_the_machine() -> None:
    house = wheelhouse()
    named = {house.canonical(each.name) for each in house.own_requirements()}
    assert named >= house.FOR_SOME
    gathered = named - house.MACHINE - house.FOR_SOME
    assert gathered == {
        "astropy", "geomloss", "threadpoolctl", "click", "rich", "psutil", "lazy-loader", "jaxtyping", "pytest",
        "flash-sinkhorn",
    }  # fmt: skip
