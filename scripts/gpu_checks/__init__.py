"""The parts of scripts/check_gpu, what runs them, and their report."""
