"""How many threads compute."""

import os
import sys

from threadpoolctl import threadpool_limits


def one_thread() -> None:
    """Let this process compute on one thread from now on, libraries that it has yet to load included."""
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    threadpool_limits(1)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
