"""What people read on stderr."""

import pytest

from cubeclust.cli.progress_bars import Bar, Lines


def test_lines_of_a_stage_without_end(capsys: pytest.CaptureFixture) -> None:
    lines = Lines()
    for done in (1, 2, 3):
        lines.advance("fit", done, None, objective=0.5)
    lines.advance("fit", 3, 3, objective=0.5)
    said = [line.split("] ")[1] for line in capsys.readouterr().err.splitlines()]
    assert said == ["fit 1  objective 0.5", "fit 3/3  objective 0.5"]


def test_bar_of_a_stage_without_end_ends_with_it() -> None:
    bar = Bar()
    bar.advance("fit", 7, None)
    (task,) = bar.bars.tasks
    assert (task.completed, task.total, task.finished) == (7, None, False)
    bar.advance("fit", 9, 9)
    assert (task.completed, task.total, task.finished) == (9, 9, True)
