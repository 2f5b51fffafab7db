"""Runs of a benchmark that takes long: a line for each as it ends, which processes may share."""

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cubeclust.io.atomic import append_line

Line = dict[str, Any]  # fields of a run that tell it from others, under "run", and what it found


class Journal:
    """File of finished runs in a folder, and the claims of those being made.

    A claim is the lock of a byte of the file `claims`, at a place made from the run's fields: the system takes it back
    when its process ends, however that ends.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "journal.jsonl"
        self._claims = (folder / "claims").open("ab")
        self._lines: dict[str, Line] = {}  # those read so far, by the key of their run
        self._end = 0  # of what was read, bytes

    def read(self) -> list[Line]:
        """The last line of each run, but those that are not whole."""
        if self.path.exists():
            with self.path.open("rb") as stream:
                stream.seek(self._end)
                added = stream.read()
            whole = added[: added.rfind(b"\n") + 1]
            self._end += len(whole)
            self._lines |= {_key(line["run"]): line for line in map(_parsed, whole.splitlines()) if line is not None}
        return [*self._lines.values()]

    @contextmanager
    def claimed(self, run: Line, holds: Callable[[Line], bool]) -> Iterator[bool]:
        """Whether the run is to be made: no other process makes it meanwhile, and it has found nothing that holds."""
        place = int.from_bytes(hashlib.sha256(_key(run).encode()).digest()[:7], "big")
        try:
            fcntl.lockf(self._claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError:  # another process has it
            yield False
            return
        try:
            found = self.found(run)
            yield found is None or not holds(found)
        finally:
            fcntl.lockf(self._claims, fcntl.LOCK_UN, 1, place)

    def found(self, run: Line) -> Line | None:
        """What a run found last, None if it is not finished."""
        self.read()
        line = self._lines.get(_key(run))
        return None if line is None else {name: value for name, value in line.items() if name != "run"}

    def add(self, run: Line, found: Line) -> None:
        """Append a finished run."""
        if self.path.exists() and not self.path.read_bytes().endswith(b"\n"):
            append_line(self.path, "")
        append_line(self.path, json.dumps({"run": run, **found}, allow_nan=False))


def _key(run: Line) -> str:
    return json.dumps(run, sort_keys=True)


def _parsed(text: bytes) -> Line | None:
    """A line, or None for one that was cut short."""
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and "run" in line else None
