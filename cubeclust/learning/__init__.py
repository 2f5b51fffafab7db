"""Networks, the training loop and the device (torch)."""
