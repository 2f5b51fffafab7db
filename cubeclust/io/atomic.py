"""Files that appear whole or not at all."""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cubeclust.errors import InputError


@contextmanager
def written_aside(*targets: Path) -> Iterator[tuple[Path, ...]]:
    """Yield one hidden name beside each target; on success all are synced, then renamed one after another.

    If the body raises, the hidden files are removed and the targets stay as they were.
    """
    aside = tuple(path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}") for path in targets)
    try:
        yield aside
        for path in aside:
            _sync(path)
        for path, target in zip(aside, targets, strict=True):
            os.replace(path, target)
    finally:
        for path in aside:
            path.unlink(missing_ok=True)


@contextmanager
def os_errors_explained(fault: str, cure: str) -> Iterator[None]:
    """Raise InputError in place of an OSError: fault, reason of the operating system, and cure in one sentence."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{fault} ({error.strerror or error}); {cure}.") from error


def append_line(path: Path, line: str) -> None:
    """Append one line in a single write, so that runs that share a file do not mix their lines."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        text = (line + "\n").encode()
        if os.write(descriptor, text) < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def output_directory(path: Path) -> Path:
    """Create the directory if needed and prove that files can be written there; InputError if not."""
    probe = path / f".cubeclust.{os.getpid()}.part"
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(
            f"{path}: cannot write there ({error.strerror}); choose another directory with --output."
        ) from error
    return path


def claim_files(directory: Path, files: Iterable[Path], *, overwrite: bool) -> None:
    """Prove that the files can be written there; InputError if one exists (unless overwrite) or is a directory."""
    output_directory(directory)
    require_free(files, overwrite=overwrite)


def require_free(files: Iterable[Path], *, overwrite: bool) -> None:
    """Raise InputError if a file exists (unless overwrite) or is a directory; nothing is written."""
    with os_errors_explained("the products cannot be named after the input", "give it a shorter name"):
        existing = [path for path in files if path.exists()]
        blocked = [path for path in existing if path.is_dir()]
    if blocked:
        raise InputError(f"{blocked[0]}: is a directory; move it away or choose another --output.")
    if existing and not overwrite:
        raise InputError(f"{existing[0]}: exists already; give --overwrite to replace it or another --output.")


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
