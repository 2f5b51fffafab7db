"""The number of threads of a process."""

import os
import sys

from threadpoolctl import threadpool_limits


def one_thread() -> None:
    """Limit this process to one thread from now on, including libraries that are loaded later."""
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    threadpool_limits(1)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
