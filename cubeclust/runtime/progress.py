"""How long work tells what it is doing."""

from typing import Protocol


class Progress(Protocol):
    """Receives what a run has to say; the command line shows it, Python callers may ignore it."""

    def say(self, sentence: str) -> None:
        """Take a sentence that the user should read: a choice made, something left out."""

    def advance(self, stage: str, done: int, total: int | None, **values: float) -> None:
        """Take the state of a stage: done of total steps, None if nobody knows, with values such as the objective."""


class Silent:
    """Progress that nobody watches."""

    def say(self, sentence: str) -> None:
        """Drop the sentence."""

    def advance(self, stage: str, done: int, total: int | None, **values: float) -> None:
        """Drop the state."""


class Noting(Silent):
    """Progress that passes sentences on to another one and keeps them."""

    def __init__(self, report: Progress) -> None:
        self.report = report
        self.said: tuple[str, ...] = ()

    def say(self, sentence: str) -> None:
        """Pass the sentence on and keep it."""
        self.report.say(sentence)
        self.said += (sentence,)
