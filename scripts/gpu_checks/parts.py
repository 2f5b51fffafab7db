"""The parts in order of worth, and how one of them is run."""

import os
import signal
import subprocess
import time
from pathlib import Path

from gpu_checks.report import Part
from gpu_checks.rows import read

SCRIPTS = Path(__file__).resolve().parents[1]
# Name -> what it does, and seconds that it may take; the whole has ALL.
PARTS = {
    "machine": ("what the device reaches", 30),
    "tests": ("the tests that need a GPU", 100),
    "answers": ("the same answers as on the CPU", 90),
    "mmd": ("MMD-OvO at the users' size", 60),
    "usd": ("USD-OvO at the users' size", 180),
    "peers": ("USD beside other packages", 80),
    "fits": ("FisherEM, velocities, k-means, and memory that runs out", 90),
    "steps": ("where the time of a training step goes", 30),
}
ALL = 470  # seconds of all parts together: 8 minutes less what is around them
_LEAST = 10  # seconds without which no part is begun


def run(name: str, python: Path, device: str, *, small: bool, folder: Path, left: float) -> Part:
    """Run a part in a process of its own, in the folder, for as long as its limit and what is left of the whole allow.

    A rehearsal, which a busy machine may slow down, has no limits of the parts. What a part prints is added to
    check.log there.
    """
    title, limit = PARTS[name]
    if left < _LEAST:
        return Part(name, title, 0.0, [], "left out: the others took all of the time")
    seconds = left if small else min(limit, left)
    rows = folder / f"{name}.rows"
    command = [str(python), "-m", "gpu_checks.part", name, device, "small" if small else "full", str(rows)]
    start = time.monotonic()
    with (folder / "check.log").open("a") as log:
        code = bounded(command, seconds, folder, log)
    ended = {0: "", None: f"stopped after {seconds:.0f} s"}.get(code, f"ended with exit code {code}; see the log")
    return Part(name, title, time.monotonic() - start, read(rows), ended)


def bounded(command: list[str], seconds: float, folder: Path, log: object) -> int | None:
    """Exit code of a command, None where it was killed, with all that it started, for taking too long."""
    process = subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def environment() -> dict[str, str]:
    """Variables of the parts: the checkout is what is imported, and products of cuBLAS repeat (torch asks for that)."""
    paths = [str(SCRIPTS.parent), str(SCRIPTS)]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
