"""The version is written in cubeclust/__init__.py, and all else agrees with it."""

import re
import tomllib
from pathlib import Path

import yaml

from cubeclust import __version__

ROOT = Path(__file__).parents[2]
KINDS = ["Added", "Changed", "Fixed", "Figures"]


def test_package_takes_it_from_the_module() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in settings["project"]
    assert settings["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "cubeclust.__version__"}


def test_citation_agrees() -> None:
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == __version__


def test_changelog_begins_with_what_is_unreleased() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    first, *released = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
    assert first == "Unreleased"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)", heading) for heading in released)
    assert set(re.findall(r"^### (.*)$", text, flags=re.MULTILINE)) <= set(KINDS)
