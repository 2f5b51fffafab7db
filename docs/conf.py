"""Settings of Sphinx; `scripts/docs` builds the pages."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import click
from sphinx.application import Sphinx

from cubeclust import __version__
from cubeclust.settings import Panel

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))  # of click_commands

project, author, copyright = "cubeclust", "The cubeclust developers", "The cubeclust developers"
version = release = __version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",
    "sphinx_click",
    "sphinx_gallery.gen_gallery",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "gallery", "auto_gallery/*.ipynb", "auto_gallery/*.py"]
html_theme = "pydata_sphinx_theme"
html_title = f"cubeclust {release}"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_theme_options = {
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": [], "start": []}
smartquotes = False

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 4
myst_links_external_new_tab = True
suppress_warnings = ["config.cache"]
nitpick_ignore_regex = [("py:class", ".*")]  # types of signatures have no page of their own

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "auto_gallery",
    "filename_pattern": "/plot_",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "capture_repr": (),
    "download_all_examples": False,
    "show_signature": False,
    "min_reported_time": 60,
    "matplotlib_animations": False,
}


def to_built_gallery(app: Sphinx, docname: str, source: list[str]) -> None:
    """Send links to a script of the gallery, which work in the repository, to the page that is made of it."""
    source[0] = re.sub(r"\]\(((?:\.\./)*)gallery/README\.rst\)", r"](\1auto_gallery/index.rst)", source[0])
    source[0] = re.sub(r"\]\(((?:\.\./)*)gallery/(plot_\w+)\.py\)", r"](\1auto_gallery/\2.rst)", source[0])


def listed_fields(app: Sphinx, what: str, name: str, item: object, options: object, lines: list[str]) -> None:
    """Make a list of docstring lines `field   meaning`, which would run together as a paragraph."""
    field = re.compile(r"^(\w[\w, ]*?) {2,}(\S.*)$")
    for index, line in enumerate(lines):
        if match := field.match(line):
            lines[index] = f"* **{match[1]}**: {match[2]}"
        elif line.startswith("   ") and index and lines[index - 1].startswith(("* ", "  ")):
            lines[index] = f"  {line.strip()}"


def options_in_panels(app: Sphinx, context: click.Context, lines: list[str]) -> None:
    """Give options and arguments of a command under the headings of its help, in place of one list."""
    rows = _rows(context)
    lines[:] = [] if rows else lines
    for panel in Panel:
        members = [row for row in rows if row.panel is panel]
        lines += [f".. rubric:: {panel.value}", ""] if members else []
        for row in members:
            meaning = re.sub(r"([*_|])", r"\\\1", row.meaning).replace("`", "``")
            lines += [f"``{row.name}``", f"   {meaning}", ""]


def no_second_list(app: Sphinx, context: click.Context, lines: list[str]) -> None:
    """Leave out the list of arguments, which are among the options."""
    lines[:] = [] if _rows(context) else lines


def _rows(context: click.Context) -> list[Any]:
    """Lines of the help of a command that has panels."""
    return [parameter.row for parameter in context.command.get_params(context) if hasattr(parameter, "row")]


def setup(app: Sphinx) -> None:
    """Connect what is above."""
    app.connect("sphinx-click-process-options", options_in_panels)
    app.connect("sphinx-click-process-arguments", no_second_list)
    app.connect("source-read", to_built_gallery)
    app.connect("autodoc-process-docstring", listed_fields)
