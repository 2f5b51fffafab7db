"""The package's files as the tests of its tree see them: modules, their imports, their functions."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cubeclust"
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """Path below the package without its ending: io/cubes/read."""
    return path.relative_to(PACKAGE).as_posix().removesuffix(".py").removesuffix("/__init__")


def room_of(path: Path) -> str:
    """First name below the package: a folder or a module of the root."""
    return name_of(path).partition("/")[0]


@cache
def imported_by(path: Path) -> set[str]:
    """Dotted names that a file imports, at its top, inside functions, and for annotations."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@cache
def own_imports(path: Path) -> set[str]:
    """Modules of the package that a file imports, or imports from, as name_of gives them."""
    parts = [name.split(".")[1:] for name in imported_by(path) if name.startswith("cubeclust.")]
    return {"/".join(rest if _is_module(rest) else rest[:-1]) or "__init__" for rest in parts}


def _is_module(parts: list[str]) -> bool:
    place = PACKAGE.joinpath(*parts)
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name of each function of a file with the lines of its body, the docstring left out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            body = node.body[ast.get_docstring(node) is not None :]
            yield node.name, body[-1].end_lineno - body[0].lineno + 1 if body else 0
