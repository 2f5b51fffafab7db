"""The one error that a user can cause."""


class InputError(ValueError):
    """Bad input: one sentence that names what is at fault and the cure.

    The command line prints it without a traceback and ends with exit code 2.
    """
