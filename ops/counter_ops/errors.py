"""The error that ends a command with a message instead of a traceback."""


class UserError(Exception):
    """A command can't do its work. The message says why, and what to do.

    The command line prints the message and exits with 1.
    """
