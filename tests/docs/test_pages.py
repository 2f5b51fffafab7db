"""What the pages show works as it stands there."""

from pathlib import Path

import matplotlib as mpl
import pytest
from pages import DOCS, PAGES, blocks, commands, run_page

mpl.use("Agg")
RUN = [
    page
    for page in PAGES
    if any(language == "python" or commands(code) for language, code in blocks(page.read_text(), "sh", "python"))
]


@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(DOCS)))
def test_page(page: Path, tmp_path: Path) -> None:
    run_page(page, tmp_path)
