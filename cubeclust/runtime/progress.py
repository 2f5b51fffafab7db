"""Progress reports of long computations."""

from typing import Protocol


class Progress(Protocol):
    """Receives the messages and the state of a run; the command line shows them, Python callers may ignore them."""

    def say(self, sentence: str) -> None:
        """Receive a sentence that the user should read: a choice made, something left out."""

    def advance(self, stage: str, done: int, total: int | None, **values: float) -> None:
        """Receive the state of a stage: done of total steps (None if unknown), with values such as the objective."""


class Silent:
    """Progress that is not shown."""

    def say(self, sentence: str) -> None:
        """Drop the sentence."""

    def advance(self, stage: str, done: int, total: int | None, **values: float) -> None:
        """Drop the state."""


class RecordingProgress(Silent):
    """Progress that forwards messages and records them."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.messages: tuple[str, ...] = ()

    def say(self, sentence: str) -> None:
        """Forward the sentence and record it."""
        self.progress.say(sentence)
        self.messages += (sentence,)
