"""The desktop editor. It uses only the names that `engine` exports."""

# Before anything imports NumPy: it says how many threads that may use.
import engine  # noqa: F401

# qimage2ndarray binds to whichever Qt is imported already, so PySide6 has to be first.
import PySide6.QtGui  # noqa: F401  # isort: skip
