"""What headings call a classification."""

from dataclasses import replace

import pytest
from classified import ORIGIN


@pytest.mark.parametrize(
    ("known", "title"),
    [
        ({"target": "NGC 1068", "method": "gmm"}, "NGC 1068: gmm"),
        ({"target": "", "method": "gmm"}, "cube: gmm"),
        ({"target": "NGC 1068", "method": ""}, "NGC 1068: classes"),
        ({"target": "NGC 1068", "method": "gmm", "parent": "B2"}, "NGC 1068: gmm within B2"),
    ],
)
def test_title_is_of_what_is_known(known: dict, title: str) -> None:
    assert replace(ORIGIN, **known).title == title
