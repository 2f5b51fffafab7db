"""Names of classes: a letter, and for classes within a class numbers and small letters in turn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NAME = re.compile(r"[A-Z]+([1-9][0-9]*[a-z]+)*([1-9][0-9]*)?")


@dataclass(frozen=True)
class Parent:
    """A class that is clustered again: the file of its class map, its number and its name there."""

    map: str
    number: int
    name: str


def class_name(number: int, within: str = "") -> str:
    """Name of a class 1, 2, ... of a whole cube (A, B, .. Z, AA, ..) or within the class named.

    Classes within O are O1, O2, ..; those within O2 are O2a, O2b, ..; those within O2b are O2b1, and so on, so that
    a name states each of its ancestors.

    >>> class_name(15), class_name(27), class_name(2, within="O"), class_name(2, within="O2")
    ('O', 'AA', 'O2', 'O2b')
    """
    if not within:
        return _letters(number)
    return f"{within}{_letters(number).lower()}" if within[-1].isdigit() else f"{within}{number}"


def listed(names: Sequence[str]) -> str:
    """Several names in words.

    >>> listed(["A", "B"]), listed(["A", "B", "D"])
    ('A and B', 'A, B and D')
    """
    return f"{', '.join(names[:-1])} and {names[-1]}"


def parent_name(name: str) -> str:
    """Name of the class that a class was clustered within, "" for one of a whole cube.

    >>> parent_name("O2b"), parent_name("O2"), parent_name("AA")
    ('O2', 'O', '')
    """
    return re.sub("([A-Z]+|[a-z]+|[0-9]+)$", "", name)


def is_class_name(text: str) -> bool:
    """Whether class_name can have made the text."""
    return _NAME.fullmatch(text) is not None


def _letters(number: int) -> str:
    """1 -> A, 26 -> Z, 27 -> AA, as the columns of a spreadsheet."""
    before, last = divmod(number - 1, 26)
    return (_letters(before) if before else "") + chr(ord("A") + last)
