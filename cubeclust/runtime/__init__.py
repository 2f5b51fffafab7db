"""What a computation needs of the machine: progress, memory, processes, device."""
