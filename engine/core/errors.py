"""The exceptions for errors that the user can fix."""


class ReposeError(Exception):
    """An error that the user can fix.

    The message is one sentence for the user: what is wrong and, unless obvious, what to do. The
    command line prints it and the editor shows it, unchanged.
    """


class NamingError(ReposeError):
    """A pattern for file names, or the names that it makes, cannot be used."""
