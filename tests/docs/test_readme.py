"""What the README shows works as it stands there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pages import README, blocks, commands, run_page

COMMANDS = [line for _, code in blocks(README.read_text(), "sh") for line in commands(code)]


@pytest.mark.long
def test_page(tmp_path: Path) -> None:
    assert len(COMMANDS) >= 6
    run_page(README, tmp_path)


def test_first_command_in_a_shell(tmp_path: Path) -> None:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    shell = ["bash", "-c", COMMANDS[0]]
    printed = subprocess.run(shell, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert "Abell 478" in printed


def test_size() -> None:
    assert len(README.read_bytes()) <= 10_000
