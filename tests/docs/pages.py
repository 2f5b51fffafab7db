"""The pages of the documentation, and how the tests run what they show."""

import os
import re
import shlex
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cubeclust.cli.main import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = [path for path in sorted(DOCS.rglob("*.md")) if not {"_build", "auto_gallery"} & {*path.parts}]

_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_INNER = re.compile(r'"\$\((cubeclust [^()]*)\)"')


def blocks(text: str, *languages: str) -> list[tuple[str, str]]:
    """(language, content) of the fenced blocks of these languages, without their indentation."""
    found = [
        (language, re.sub(f"^{indent}", "", code, flags=re.MULTILINE))
        for indent, language, code in _BLOCK.findall(text)
    ]
    return [(language, code) for language, code in found if language in languages]


def commands(code: str) -> list[str]:
    """Lines of a shell block that begin with cubeclust."""
    return [line for line in code.splitlines() if line.startswith("cubeclust ")]


def headings(text: str) -> list[str]:
    """Headings of a page outside of its blocks."""
    bare = _BLOCK.sub("", text)
    return re.findall(r"^#+ (.+)$", bare, re.MULTILINE)


def anchor(heading: str) -> str:
    """Anchor that GitHub and MyST give a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def run_page(page: Path, folder: Path) -> None:
    """Run the commands and the Python of a page in the folder, in their order."""
    names: dict[str, Any] = {}
    home = Path.cwd()
    os.chdir(folder)
    try:
        for language, code in blocks(page.read_text(), "sh", "python"):
            if language == "python":
                exec(compile(code, str(page), "exec"), names)
            for command in commands(code) if language == "sh" else ():
                cubeclust(command)
    finally:
        os.chdir(home)


def cubeclust(command: str) -> str:
    """What a command prints on stdout; commands in "$( )" run first, as in a shell."""
    while inner := _INNER.search(command):
        command = command.replace(inner[0], shlex.quote(cubeclust(inner[1]).strip()))
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    assert result.exit_code == 0, (command, result.stderr, result.exception)
    return result.stdout
