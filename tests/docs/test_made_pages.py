"""Parts of pages that are made from the package are up to date, and every table has its pages and headings."""

import re
from pathlib import Path

import click
import made_pages
import pytest
from pages import DOCS, PAGES, headings

from cubeclust.cli.main import main
from cubeclust.io.cubes.layouts import LAYOUTS
from cubeclust.io.exports import EXPORTS
from cubeclust.methods import METHODS
from cubeclust.pipelines.run.products import PRODUCTS
from cubeclust.simulation import SKIES

COMMANDS = main.list_commands(click.Context(main))
PARTS_OF_A_METHOD = ("Formula", "Defaults, and why", "Cost", "When not to use it")


def headings_of(page: str) -> list[str]:
    return headings((DOCS / page).read_text())


def test_pages_are_those_of_the_generator() -> None:
    assert made_pages.pages() == PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_made_parts(page: Path) -> None:
    text = page.read_text()
    assert text == made_pages.renewed(text), "run: PYTHONPATH=scripts python docs/made_pages.py"


@pytest.mark.parametrize("name", METHODS)
def test_method(name: str) -> None:
    title, *parts = headings_of(f"methods/{made_pages.method_page(name)}.md")
    assert f"`{name}`" in title
    assert set(parts) >= {*PARTS_OF_A_METHOD}
    assert (
        f"<!-- made: method {made_pages.method_page(name)} -->"
        in (DOCS / "methods" / f"{made_pages.method_page(name)}.md").read_text()
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_command(name: str) -> None:
    assert headings_of(f"commands/{name}.md")[0] == name
    assert f"[`{name}`]({name}.md)" in (DOCS / "commands" / "index.md").read_text()


def test_no_page_of_a_command_that_is_gone() -> None:
    assert {page.stem for page in (DOCS / "commands").iterdir()} == {"index", *COMMANDS}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_layout(layout) -> None:
    assert layout.name in headings_of("inputs.md")


@pytest.mark.parametrize("name", EXPORTS)
def test_export(name: str) -> None:
    assert name in headings_of("exports.md")
    text = (DOCS / "exports.md").read_text()
    assert all(f"`..._{ending}`" in text for ending in EXPORTS[name].files)


@pytest.mark.parametrize("ending", PRODUCTS)
def test_product(ending: str) -> None:
    text = "".join((DOCS / page).read_text() for page in ("outputs.md", "exports.md"))
    assert re.search(rf"`(\.\.\.|<cube>_<method>|<cube>)_{re.escape(ending)}`", text)


@pytest.mark.parametrize("name", SKIES)
def test_sky(name: str) -> None:
    assert name in headings_of("skies.md")


def test_every_page_is_in_a_list() -> None:
    listed = set()
    for page in PAGES:
        for entries in re.findall(r"^```{toctree}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
            names = (re.sub(r".*<(.*)>", r"\1", line) for line in entries.splitlines() if line and line[0] != ":")
            listed |= {(page.parent / f"{name}.md").resolve() for name in names}
    assert {*PAGES} - listed == {DOCS / "index.md"}
