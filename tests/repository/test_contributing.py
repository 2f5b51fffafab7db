"""CONTRIBUTING.md names files and options that exist, and draws the layers that the tests enforce."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()


@pytest.mark.parametrize(
    "path", sorted({*re.findall(r"\]\(([\w./-]+)\)", TEXT), *re.findall(r"scripts/[\w.-]+\w", TEXT)})
)
def test_path_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_options_of_scripts_test() -> None:
    usage = (ROOT / "scripts" / "test").read_text()
    options = re.findall(r"scripts/test (--\w+)", TEXT)
    assert set(options) == {"--oldest", "--coverage"}
    assert all(f"= {option} ]; then" in usage for option in options)


def test_picture_has_all_of_the_root() -> None:
    (picture,) = (block for block in TEXT.split("```")[1::2] if block.startswith("\n"))
    package = ROOT / "cubeclust"
    parts = [path.stem for path in package.glob("[a-z]*.py")] + [
        path.parent.name for path in package.glob("*/__init__.py")
    ]
    assert set(parts) <= set(re.findall(r"\w+", picture))
