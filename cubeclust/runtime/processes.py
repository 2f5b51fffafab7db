"""Tasks distributed over forked processes, which share this one's memory."""

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Generator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from cubeclust.errors import InputError

Task = TypeVar("Task")
Result = TypeVar("Result")


def n_cores() -> int:
    """Cores that this process may use, within the limits of a batch system."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_processes(
    work: Callable[[Task], Result], todo: Sequence[Task], jobs: int, begin: Callable[[], object] = lambda: None
) -> Generator[Result]:
    """Yield the results of `work` as they come, from at most `jobs` forked processes that call `begin` first.

    The processes share the memory of this one as long as they only read it. They end with this iterator, whatever
    ends it, and leave an interrupt from the keyboard to this process.

    Raises:
        InputError: `work` raised it, or a process was killed.
    """
    context, left = multiprocessing.get_context("fork"), list(reversed(todo))
    workers: dict[Connection, Any] = {}
    try:
        for _ in range(min(jobs, len(todo))):
            here, there = context.Pipe()
            worker = context.Process(target=_serve, args=(there, [*workers, here], begin, work), daemon=True)
            worker.start()
            workers[here] = worker
            there.close()
            here.send(left.pop())
        busy = set(workers)
        while busy:
            for here in busy & set(wait(list(busy))):
                yield _received(here)
                if left:
                    here.send(left.pop())
                else:
                    busy.remove(here)
    finally:
        for here, worker in workers.items():
            here.close()
            worker.terminate()
            worker.join()


def _received(here: Connection) -> Any:
    """Result of a worker, or the error that ended it."""
    try:
        result, error = here.recv()
    except (EOFError, ConnectionResetError) as ended:
        raise InputError(
            "a process of the scan was killed, most likely because memory ran out; lower --jobs or --memory."
        ) from ended
    if error is not None:
        raise error
    return result


def _serve(
    there: Connection, others: list[Connection], begin: Callable[[], object], work: Callable[..., object]
) -> None:
    """Answer tasks until the other side closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for connection in others:
        connection.close()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    begin()
    while True:
        try:
            task = there.recv()
        except EOFError:
            return
        there.send(_outcome(work, task))


def _end_with_parent() -> None:
    """End in the midst of a task once the other process has ended, however it did."""
    if parent := multiprocessing.parent_process():
        parent.join()
    os._exit(1)


def _outcome(work: Callable[[Task], Result], task: Task) -> tuple[Result | None, Exception | None]:
    try:
        return work(task), None
    except InputError as error:
        return None, error
    except Exception:
        return None, RuntimeError(traceback.format_exc())  # the trace would not pass to the other process
