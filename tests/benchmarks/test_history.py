"""Figures of benchmarks are printed as they come, kept with machine and version, and become tables."""

import json
from math import nan
from pathlib import Path

import pytest

from benchmarks import history
from benchmarks.rows import cell, printed
from cubeclust import __version__

ROWS = [{"spectra": 2000, "s": 0.1234}, {"spectra": 4000, "s": nan}, {"share": "all"}]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12345, "0.123"), (58791.4, "58,791"), (68232, "68,232"), (nan, "-"), (None, "-"), ("AB", "AB"), (12.0, "12")],
)
def test_cells(value: float | str | None, text: str) -> None:
    assert cell(value) == text


def test_rows_are_printed_and_handed_on(capsys: pytest.CaptureFixture) -> None:
    assert list(printed(ROWS)) == ROWS
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [[], ["spectra", "s"], ["2,000", "0.123"], ["4,000", "-"], [], ["share"], ["all"]]


def test_run_is_added_with_its_circumstances(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    for _ in range(2):
        history.append(["mmd", "--sizes", "2000"], ROWS, 12.34, 0.5, path)
    first, second = history.read(path)
    assert first["figures"] == [{"spectra": 2000, "s": 0.1234}, {"spectra": 4000, "s": None}, {"share": "all"}]
    assert (first["benchmark"], first["arguments"], first["seconds"]) == ("mmd", ["--sizes", "2000"], 12.3)
    assert first["load"] == 0.5
    assert first["version"] == __version__
    assert first["machine"]["cores"] >= 1
    assert {*first} == {*second}


def test_tables_show_the_latest_run(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    history.append(["mmd"], [{"s": 1.0}], 1.0, 0.5, path)
    history.append(["mmd"], ROWS, 2.0, 0.5, path)
    history.append(["mmd"], [{"s": 9.0}], 3.0, 1000.0, path)  # on a machine that was busy
    text = history.page(history.read(path))
    assert text.count("`scripts/benchmark mmd`") == 1
    assert "load 0.5 before it, 2 s in all" in text
    assert "| spectra | s |\n| --- | --- |\n| 2,000 | 0.123 |\n| 4,000 | - |\n\n| share |" in text


def test_history_can_be_read() -> None:
    """Each line is JSON without NaN, and becomes a section."""
    runs = history.read()
    assert all(json.dumps(run, allow_nan=False) and run["figures"] for run in runs)
    assert history.page(runs).count("scripts/benchmark") <= len(runs)
