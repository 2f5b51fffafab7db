"""Errors of docs/questions.md are sentences of the code."""

import ast
import re
from collections.abc import Iterator
from difflib import get_close_matches

import pytest
from pages import DOCS, ROOT

_TEXT = (DOCS / "questions.md").read_text()
ERRORS = re.findall(r"^#### `(.+)`$", _TEXT, re.MULTILINE)


def _sentence(node: ast.expr) -> str:
    """Text of a string with ... for what is filled in."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_sentence(part) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _sentence(left) + _sentence(right)
    return "..."


def _sentences() -> Iterator[str]:
    for path in (ROOT / "cubeclust").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "InputError":
                yield _sentence(node.args[0])
            if isinstance(node, ast.JoinedStr):  # a cure or a fault that an error is made of
                yield _sentence(node)


SENTENCES = [*_sentences()]


@pytest.mark.parametrize("error", ERRORS)
def test_error(error: str) -> None:
    pieces = [re.escape(piece) for piece in error.split("...")]
    shown = re.compile(".*".join(pieces), re.DOTALL)
    assert any(shown.search(sentence) for sentence in SENTENCES), get_close_matches(error, SENTENCES, 1, 0)


def test_there_are_errors() -> None:
    assert len(ERRORS) > 30
