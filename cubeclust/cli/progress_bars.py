"""Progress on stderr while a command runs."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from cubeclust.runtime.progress import Silent

if TYPE_CHECKING:
    from rich.progress import TaskID


class Quiet(Silent):
    """Print nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class Lines(Quiet):
    """Sparse timed lines for logs: the first step of a stage, its last, and one in every 15 seconds between."""

    interval: float = 15.0

    def __init__(self) -> None:
        self.start: float = time.monotonic()
        self.last: float = self.start

    def say(self, sentence: str) -> None:
        """Print the sentence with the seconds since the start."""
        click.echo(f"[{time.monotonic() - self.start:7.1f} s] {sentence}", err=True)

    def advance(self, stage: str, done: int, total: int | None, **values: float) -> None:
        """Print the state at the first step, at the last, and every `interval` seconds."""
        now = time.monotonic()
        if done in (1, total) or now - self.last >= self.interval:
            self.last = now
            self.say(f"{stage} {done}{'' if total is None else f'/{total}'}{_values(values)}")


class Bar(Quiet):
    """A progress bar for terminals."""

    def __init__(self) -> None:
        from rich import progress
        from rich.console import Console

        self.bars: progress.Progress = progress.Progress(
            progress.TextColumn("{task.description:>14}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            progress.TimeRemainingColumn(),
            progress.TextColumn("{task.fields[values]}"),
            console=Console(stderr=True),
        )
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bars.stop()

    def say(self, sentence: str) -> None:
        """Print the sentence above the bars."""
        self.bars.console.print(sentence, markup=False, highlight=False)

    def advance(self, stage: str, done: int, total: int | None, **values: float) -> None:
        """Move the bar of the stage; without a total it pulses."""
        if stage not in self.tasks:
            self.tasks[stage] = self.bars.add_task(stage, total=total, values="")
        self.bars.update(self.tasks[stage], completed=done, total=total, values=_values(values))


def _values(values: dict[str, float]) -> str:
    return "".join(f"  {name} {value:.6g}" for name, value in values.items())


def for_stderr(quiet: bool) -> Quiet:
    """Progress that suits where stderr goes."""
    if quiet:
        return Quiet()
    return Bar() if sys.stderr.isatty() else Lines()
