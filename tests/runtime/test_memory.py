"""What a process says of its memory."""

import subprocess
import sys

import numpy as np

from cubeclust.runtime import memory

_ALLOCATE = """
import numpy as np
from cubeclust.runtime import memory
before = memory.peak()
block = np.ones(100 * 2**20, np.uint8)
del block
print(before, memory.peak() - before)
"""


def test_peak_is_that_of_the_process_itself() -> None:
    """A large process starts a small one, which takes 100 MiB and gives them back."""
    held = np.ones(600 * 2**20, np.uint8)
    assert memory.peak() > held.nbytes
    found = subprocess.run([sys.executable, "-c", _ALLOCATE], capture_output=True, text=True, check=True)
    before, grown = map(int, found.stdout.split())
    assert before < held.nbytes / 2
    assert 90 * 2**20 < grown < 120 * 2**20
