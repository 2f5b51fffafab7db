"""The command line: arguments to objects, errors to messages; no science, no arithmetic."""
