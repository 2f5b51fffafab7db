"""Well-known methods, for comparison."""
