"""What `scripts/benchmark` measures, a file for each of its words."""
