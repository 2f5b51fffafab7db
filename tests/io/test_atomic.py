"""Products appear whole or not at all."""

import os
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


def test_stop_between_two_renames_leaves_whole_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    targets = tmp_path / "a.fits", tmp_path / "b.png"
    replace, done = os.replace, []

    def stopping(source: Path, target: Path) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(target)
        replace(source, target)

    monkeypatch.setattr("os.replace", stopping)
    with pytest.raises(KeyboardInterrupt), written_aside(*targets) as aside:
        for path in aside:
            path.write_text("whole")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.fits", "whole")]


def test_lines_are_appended(tmp_path: Path) -> None:
    for line in ("{}", "[]"):
        append_line(tmp_path / "runs.jsonl", line)
    assert (tmp_path / "runs.jsonl").read_text() == "{}\n[]\n"


@pytest.mark.parametrize(("module", "writer"), [("maps.write", "write_class_map"), ("results", "write_result")])
def test_kill_while_writing_leaves_no_partial_product(sky_file: Path, tmp_path: Path, module: str, writer: str) -> None:
    """kill -9 in the middle of the output: hidden parts may stay, no product has its final name."""
    out = tmp_path / "out"
    code = f"""
import sys, time
import cubeclust.io.{module} as module
original = module.{writer}
def slow(path, *arguments, **named):
    original(path, *arguments, **named)
    with open(path, "r+b") as stream:
        stream.truncate(1000)
    print("writing", flush=True)
    time.sleep(60)
module.{writer} = slow
from cubeclust.cli.main import main
main(sys.argv[1:])
"""
    command = [sys.executable, "-c", code, "run", str(sky_file), "-o", str(out), "--method", "kmeans", "-k", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout.readline() == "writing\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert any(path.name.startswith(".") for path in out.iterdir()), "it was killed with something half written"
    assert [path for path in out.iterdir() if not path.name.startswith(".")] == []
    command[2] = "import sys; from cubeclust.cli.main import main; main(sys.argv[1:])"
    subprocess.run(command, check=True, capture_output=True)
    assert len([path for path in out.iterdir() if not path.name.startswith(".")]) == 5
