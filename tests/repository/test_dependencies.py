"""Pinned and oldest dependencies are those of pyproject.toml, and hooks use the pinned tools."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / "scripts" / name).read_text().splitlines()
    return dict(line.lower().split("==") for line in lines if line and not line.startswith("#"))


def bounds(*extras: str) -> dict[str, str]:
    """Lower bound of each dependency, also of the extras."""
    texts = PROJECT["dependencies"] + [text for extra in extras for text in PROJECT["optional-dependencies"][extra]]
    pairs = (re.fullmatch(r"([\w-]+)[>=]=([\w.]+)", text) for text in texts if not text.startswith("cubeclust["))
    return {pair[1].lower(): pair[2] for pair in pairs}


def numbers(version: str, length: int = 3) -> tuple[int, ...]:
    found = [int(part) for part in version.split(".")[:length]]
    return (*found, *[0] * (length - len(found)))


def test_oldest_are_the_lower_bounds() -> None:
    """Tools that check the code are not part of it, and have no oldest version."""
    lower = {name: version for name, version in bounds("bin", "test").items() if name not in ("ruff", "mypy")}
    oldest = pins("constraints-oldest.txt")
    assert set(oldest) == set(lower)
    assert {name: numbers(version) for name, version in oldest.items()} == {
        name: numbers(version) for name, version in lower.items()
    }


def test_all_are_pinned() -> None:
    pinned = pins("constraints.txt")
    for name, version in bounds(*PROJECT["optional-dependencies"]).items():
        assert numbers(pinned[name]) >= numbers(version), name


@pytest.mark.parametrize("tool", ["ruff-format", "ruff", "mypy"])
def test_hooks_use_the_pinned_tools(tool: str) -> None:
    (source,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    hook = {each["id"]: each for each in source["hooks"]}[tool]
    if tool == "mypy":
        assert hook["entry"] == ".venv/bin/mypy"  # installed by scripts/setup with the pinned version
    else:
        assert hook["additional_dependencies"] == [f"ruff=={pins('constraints.txt')['ruff']}"]
