"""One pipeline for each command, under the command's name."""
