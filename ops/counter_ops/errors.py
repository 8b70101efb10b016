"""What ends a command with a message instead of a traceback."""


class UserError(Exception):
    """A command can't do its work. The message says why and what to do about it.

    The command line prints it and exits with 1.
    """
