"""The fits of a scan, one JSON object a line, each appended as it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

from cubeclust.errors import InputError
from cubeclust.io.atomic import append_line, os_errors_explained
from cubeclust.model_selection.trial import Trial


def read_journal(path: Path) -> dict[str, Trial]:
    """Fits by their key, of any scan that wrote there; none where there is no file, nor from a line that is not whole.

    Raises:
        InputError: the file cannot be read.
    """
    if not path.exists():
        return {}
    with os_errors_explained(f"{path}: cannot be read", "mend it, move it away, or choose another --output"):
        lines = path.read_text(errors="replace").splitlines()
    return {fit.key: fit for fit in _whole(lines)}


def _whole(lines: list[str]) -> Iterator[Trial]:
    for line in lines:
        try:
            fit = Trial.of_json(json.loads(line))
        except (ValueError, KeyError, TypeError):  # cut short when the disk was full or the machine went down
            continue
        if isinstance(fit.key, str):
            yield fit


def mend_journal(path: Path) -> None:
    """Prove that fits can be appended, on a line of their own; InputError where they cannot be."""
    if path.is_dir():
        raise InputError(f"{path}: is a directory; move it away or choose another --output.")
    with os_errors_explained(f"{path}: cannot be appended", "mend its permissions or choose another --output"):
        if path.exists() and path.stat().st_size and not path.read_bytes().endswith(b"\n"):
            append_line(path, "")
        path.open("a").close()


def append_fit(path: Path, fit: Trial) -> None:
    """Append a fit."""
    with os_errors_explained(
        f"{path}: cannot be appended", "free disk space and give the command again: it continues from there"
    ):
        append_line(path, json.dumps(fit.as_json()))
