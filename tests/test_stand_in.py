"""The tests of tests/gpu on a device that stands in for a GPU, in a process of their own, which it never leaves."""

import subprocess
import sys
from pathlib import Path

import pytest
from torch.utils import backend_registration

TESTS = Path(__file__).parent / "gpu"


@pytest.mark.long
def test_gpu_tests_on_the_stand_in() -> None:
    if not hasattr(backend_registration, "_setup_privateuseone_for_python_backend"):
        pytest.skip("this torch has no backends in Python")
    command = [sys.executable, "-m", "pytest", TESTS, "--device", "apart", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout
