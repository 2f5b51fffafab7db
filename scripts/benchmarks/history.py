"""What benchmarks measured, on which machine and with which version: a line of history.jsonl for each run."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, cell, measured
from cubeclust import __version__

HISTORY = Path(__file__).with_name("history.jsonl")


def append(arguments: Sequence[str], figures: Sequence[Row], seconds: float, load: float, path: Path = HISTORY) -> None:
    """Add a run: the command's arguments, its rows, the wall-clock time of the whole, and the load before it.

    The load is the mean number of processes that wanted to compute in the minute before: figures of a busy machine
    are not those of the code.
    """
    line = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "load": round(load, 1),
        "version": __version__,
        "commit": commit(),
        "benchmark": arguments[0],
        "arguments": list(arguments[1:]),
        "seconds": round(seconds, 1),
        "figures": [{name: value if measured(value) else None for name, value in row.items()} for row in figures],
    }
    with path.open("a") as file:
        file.write(json.dumps(line, allow_nan=False) + "\n")


def read(path: Path = HISTORY) -> list[dict[str, Any]]:
    """Runs in the order in which they were made."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def machine() -> dict[str, str | int]:
    """Processor, cores that this process may use, GPU if there is one, Python, torch and its threads."""
    import torch

    gpu = {"gpu": torch.cuda.get_device_name()} if torch.cuda.is_available() else {}
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        **gpu,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }


def processor() -> str:
    """Model of the processor as Linux names it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def commit() -> str:
    """Short name of the commit, with + where files differ from it; empty without a repository."""
    command = ["git", "-C", str(HISTORY.parent), "describe", "--always", "--abbrev=10", "--dirty=+", "--exclude=*"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def page(runs: Iterable[dict[str, Any]]) -> str:
    """Markdown of the latest run of each command on each machine: its circumstances and its tables.

    Runs whose machine had more to do before them than it has cores are left out.
    """
    latest = {
        (run["benchmark"], *run["arguments"], run["machine"].get("gpu", run["machine"]["processor"])): run
        for run in runs
        if run["load"] <= run["machine"]["cores"]
    }
    return "\n\n".join(_section(run) for run in latest.values())


def _section(run: dict[str, Any]) -> str:
    on = run["machine"]
    words = " ".join(["scripts/benchmark", run["benchmark"], *run["arguments"]])
    where = ", ".join([on["gpu"]] if "gpu" in on else [on["processor"], f"{on['cores']} cores"])
    about = (
        f"`{words}`: {run['date'][:10]}, version {run['version']} ({run['commit']}), {where}, torch {on['torch']}, "
        + (f"{on['threads']} threads, load {run['load']} before it, {cell(float(run['seconds']))} s in all.")
    )
    return "\n\n".join([about, *_tables(run["figures"])])


def _tables(figures: Iterable[Row]) -> list[str]:
    """A table for each run of rows that have the same columns."""
    tables: list[list[str]] = []
    heading: list[str] = []
    for row in figures:
        if [*row] != heading:
            heading = [*row]
            tables.append([_line(heading), _line(["---"] * len(heading))])
        tables[-1].append(_line(cell(value) for value in row.values()))
    return ["\n".join(table) for table in tables]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
