"""The one exception that the engine raises on purpose."""


class ReposeError(Exception):
    """Something the user can put right.

    The message is one clear sentence for the user that says what is wrong and, where it is not
    obvious, what to do. The command line prints it and the editor shows it, as it is.
    """
