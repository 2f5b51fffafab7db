"""Links between pages, and the paths that they name, exist."""

import re
from pathlib import Path

import pytest
from pages import DOCS, PAGES, README, ROOT, anchor, headings

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"`((?:data|configs|scripts|tests|docs|cubeclust)/[\w./-]+)`")


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: str(page.relative_to(ROOT)))
def test_links(page: Path) -> None:
    text = page.read_text()
    for link in _LINK.findall(text):
        path, _, place = link.partition("#")
        if ":" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if place:
            assert place in {anchor(heading) for heading in headings(target.read_text())}, link


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: str(page.relative_to(ROOT)))
def test_paths(page: Path) -> None:
    for path in _PATH.findall(page.read_text()):
        if "/x." not in path and "plot_x" not in path and "/_build" not in path:
            assert (ROOT / path).exists(), path


def test_pages_have_no_dead_language() -> None:
    known = {"sh", "bash", "text", "toml", "python"}
    for page in [README, *PAGES]:
        languages = {*re.findall(r"^ *```(\w+)\n", page.read_text(), re.MULTILINE)}
        assert languages <= known, (page, languages - known)


def test_gallery_is_linked() -> None:
    assert "gallery/README.rst" in (DOCS / "index.md").read_text()
