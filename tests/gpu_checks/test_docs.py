"""docs/gpu.md has every part, and every package that the wheelhouse leaves out."""

from pathlib import Path

from gpu_checks.parts import PARTS

TEXT = (Path(__file__).parents[2] / "docs" / "gpu.md").read_text()


def test_parts() -> None:
    assert [line.split("`")[1] for line in TEXT.splitlines() if line.startswith("| `")] == list(PARTS)


def test_packages_that_are_left_out() -> None:
    for package in ("mpdaf", "POT", "regions", "reproject"):
        assert f"\n| {package} | " in TEXT
