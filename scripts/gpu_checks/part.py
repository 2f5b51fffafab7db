"""A part of the check, in a process of its own: python -m gpu_checks.part NAME DEVICE full|small ROWS."""

import sys
import time
import traceback
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from gpu_checks.rows import Row, Setup, append


def main(name: str, device: str, size: str, path: str) -> None:
    """Run each check of the part; one that fails is a row, and the next one goes on."""
    from cubeclust.runtime.device import make_exact

    make_exact(device)
    for check, rows in import_module(f"gpu_checks.{name}").checks(Setup(device, size == "small")):
        start = time.perf_counter()
        print(f"{name}: {check} ...", flush=True)
        try:
            for row in rows():
                append(Path(path), replace(row, check=check))
        except Exception as fault:  # whatever goes wrong on some machine is what the check is for
            traceback.print_exc()
            text = " ".join(f"{type(fault).__name__}: {fault}".split())[:300]
            append(Path(path), Row("cut short", text, passed=False, check=check))
        print(f"{name}: {check}: {time.perf_counter() - start:.1f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
