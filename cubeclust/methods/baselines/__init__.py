"""Methods that users know, as baselines."""
