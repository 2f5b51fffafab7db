"""Processes that share work."""

import multiprocessing
import os
from collections.abc import Callable
from contextlib import closing

import numpy as np
import pytest

from cubeclust.errors import InputError
from cubeclust.runtime.processes import in_processes


def test_every_task_is_done_once_with_the_memory_of_this_process() -> None:
    held = np.arange(100.0)
    for jobs in (1, 2, 5):
        assert sorted(in_processes(lambda place: held[place] ** 2, range(7), jobs)) == [0, 1, 4, 9, 16, 25, 36]
    assert list(in_processes(lambda place: place, [], 2)) == []


def test_work_is_done_elsewhere_by_as_many_as_asked() -> None:
    found = set(in_processes(lambda _: os.getpid(), range(9), 3))
    assert len(found) == 3
    assert os.getpid() not in found


def refuse(task: int) -> int:
    raise InputError("not this one; take another.")


def fall(task: int) -> int:
    raise ZeroDivisionError("by zero")


def die(task: int) -> int:
    os._exit(9)


@pytest.mark.parametrize(
    ("work", "error", "words"),
    [(refuse, InputError, "not this one"), (fall, RuntimeError, "in fall"), (die, InputError, "lower --jobs")],
)
def test_errors_arrive_and_no_process_is_left(work: Callable, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        list(in_processes(work, range(4), 2))
    assert multiprocessing.active_children() == []


def test_processes_end_with_the_iterator() -> None:
    with closing(in_processes(lambda task: task, range(50), 2)) as results:
        next(results)
        assert len(multiprocessing.active_children()) == 2
    assert multiprocessing.active_children() == []


def test_each_begins_once() -> None:
    begun: list[int] = []
    counts = list(in_processes(lambda _: len(begun), range(6), 2, begin=lambda: begun.append(1)))
    assert counts == [1] * 6
