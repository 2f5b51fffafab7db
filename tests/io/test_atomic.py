"""Products appear whole or not at all."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cubeclust.io.atomic import append_line, written_aside


def test_all_targets_appear_together(tmp_path: Path) -> None:
    targets = tmp_path / "a.fits", tmp_path / "b.png"
    with written_aside(*targets) as aside:
        for path in aside:
            path.write_text("whole")
            assert path.suffix in (".fits", ".png")
        assert not any(path.exists() for path in targets)
    assert sorted(tmp_path.iterdir()) == sorted(targets)


def test_failure_leaves_the_old_files_and_no_others(tmp_path: Path) -> None:
    target = tmp_path / "a.fits"
    target.write_text("old")
    with pytest.raises(RuntimeError), written_aside(target, tmp_path / "b.png") as aside:
        aside[0].write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_lines_are_appended(tmp_path: Path) -> None:
    for line in ("{}", "[]"):
        append_line(tmp_path / "runs.jsonl", line)
    assert (tmp_path / "runs.jsonl").read_text() == "{}\n[]\n"


@pytest.mark.parametrize("stop_after", ["classmap.fits", "overlay.png", "result.h5"])
def test_kill_while_writing_leaves_no_partial_product(sky_file: Path, tmp_path: Path, stop_after: str) -> None:
    """kill -9 in the middle of the output: hidden parts may stay, no product has its final name."""
    out = tmp_path / "out"
    writer = {"classmap.fits": "write_class_map", "overlay.png": "provenance", "result.h5": "write_result"}[stop_after]
    code = f"""
import sys, time
import cubeclust.pipeline as pipeline
original = pipeline.{writer}
def slow(*arguments):
    result = original(*arguments)
    print("writing", flush=True)
    time.sleep(60)
    return result
pipeline.{writer} = slow
from cubeclust.cli.main import main
main(sys.argv[1:])
"""
    command = [sys.executable, "-c", code, "run", str(sky_file), "-o", str(out), "--method", "kmeans", "-k", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout.readline() == "writing\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert [path for path in out.iterdir() if not path.name.startswith(".")] == []
    command[2] = "import sys; from cubeclust.cli.main import main; main(sys.argv[1:])"
    subprocess.run(command, check=True, capture_output=True)
    assert len([path for path in out.iterdir() if not path.name.startswith(".")]) == 5
