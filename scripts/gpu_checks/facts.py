"""What this machine is, as a JSON object on stdout: python -m gpu_checks.facts DEVICE."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import torch

from cubeclust import __version__
from cubeclust.errors import InputError
from cubeclust.runtime.device import resolve_device


def main(device: str) -> None:
    """Print the facts; exit code 3 and a sentence on stderr where torch finds no such device."""
    try:
        resolve_device(device)
    except InputError as error:
        print(error, file=sys.stderr)
        sys.exit(3)
    facts = {
        "cubeclust": __version__,
        "commit": commit(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
    }
    print(json.dumps((gpu() if device == "cuda" else {"card": "none"}) | facts))


def gpu() -> dict[str, object]:
    """The card, its memory in bytes, its driver and CUDA."""
    properties = torch.cuda.get_device_properties(0)
    return {
        "card": properties.name,
        "memory": properties.total_memory,
        "capability": f"{properties.major}.{properties.minor}",
        "driver": asked("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"),
        "cuda": torch.version.cuda,
    }


def commit() -> str:
    """The checkout's commit, "" where it is none."""
    return asked("git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty")


def processor() -> str:
    """Model of the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def asked(*command: str) -> str:
    """First line that a command prints, "" where it cannot be asked."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip().partition("\n")[0]


if __name__ == "__main__":
    main(*sys.argv[1:])
